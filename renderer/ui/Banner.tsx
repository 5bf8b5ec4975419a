import type { ReactNode } from "react";
import { type Meaning, MeaningIcon } from "./Badge.tsx";
import styles from "./Banner.module.css";

/** A sentence that concerns the whole view, with what can be done about it. */
export function Banner({
  meaning,
  children,
  action,
}: {
  readonly meaning: Meaning;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className={`${styles["banner"]} ${styles[meaning]}`} role={meaning === "refused" ? "alert" : "status"}>
      <MeaningIcon meaning={meaning} />
      <div className={styles["words"]}>{children}</div>
      {action}
    </div>
  );
}
