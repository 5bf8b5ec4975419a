import { Meter as BaseMeter } from "@base-ui/react/meter";
import type { Meaning } from "./Badge.tsx";
import styles from "./Meter.module.css";

/** How much of something is used: `share` from 0 to 1, with its words. */
export function Meter({
  label,
  words,
  share,
  meaning = "neutral",
}: {
  readonly label: string;
  readonly words: string;
  readonly share: number;
  readonly meaning?: Meaning;
}) {
  return (
    <BaseMeter.Root
      className={styles["root"]}
      value={Math.round(Math.min(1, share) * 100)}
      aria-label={label}
      aria-valuetext={words}
    >
      <span className={styles["words"]}>{words}</span>
      <BaseMeter.Track className={styles["track"]}>
        <BaseMeter.Indicator className={`${styles["indicator"]} ${styles[meaning]}`} />
      </BaseMeter.Track>
    </BaseMeter.Root>
  );
}
