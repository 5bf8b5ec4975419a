import type { ReactNode } from "react";
import styles from "./States.module.css";

/** What this place is for, and the first step. */
export function EmptyState({
  title,
  children,
  action,
}: {
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
}) {
  return (
    <div className={styles["state"]}>
      <h2 className={styles["title"]}>{title}</h2>
      <p className={styles["words"]}>{children}</p>
      {action}
    </div>
  );
}
