import type { ReactNode } from "react";
import { MeaningIcon } from "../../ui/Badge.tsx";
import styles from "./Run.module.css";

/** That something of a run did not go as asked. */
export function RunNotice({ words, children }: { readonly words: string; readonly children?: ReactNode }) {
  return (
    <div className={styles["notice"]}>
      <MeaningIcon meaning="attention" />
      <div className={styles["noticeWords"]}>
        <p>{words}</p>
        {children}
      </div>
    </div>
  );
}
