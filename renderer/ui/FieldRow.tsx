import type { ReactNode } from "react";
import styles from "./FieldRow.module.css";

/** One setting: what it is and what it does, and its control beside it. The control has a label of its own. */
export function FieldRow({
  label,
  hint,
  children,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <div className={styles["row"]}>
      <div className={styles["words"]}>
        <p className={styles["label"]}>{label}</p>
        {hint !== undefined && <p className={styles["hint"]}>{hint}</p>}
      </div>
      <div className={styles["control"]}>{children}</div>
    </div>
  );
}
