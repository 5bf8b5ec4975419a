import { useText } from "../../text/text.tsx";
import styles from "./Diff.module.css";
import { diffLines } from "./diff-lines.ts";

/** A unified diff: signs, colours and words say what comes and what goes. Long lines wrap, so that nothing is out of sight. */
export function Diff({ label, diff }: { readonly label: string; readonly diff: string }) {
  const text = useText();
  const lines = diffLines(diff);
  return (
    <div className={styles["diff"]} role="group" aria-label={label}>
      {lines.map(({ kind, sign, text: words }, at) => (
        // Lines never move: a diff is shown as it is.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={at} className={`${styles["line"]} ${styles[kind]}`}>
          <span className={styles["sign"]} aria-hidden="true">
            {sign}
          </span>
          {(kind === "added" || kind === "removed") && (
            <span className="visually-hidden">{text(`approval.diff.${kind}`)}: </span>
          )}
          <span className={styles["words"]}>{words}</span>
        </div>
      ))}
    </div>
  );
}
