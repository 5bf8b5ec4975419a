import type { ReactNode } from "react";
import styles from "./Page.module.css";

/** A view: its title and what can be done in it, above what it shows. `fixed`: the view scrolls by itself. */
export function Page({
  title,
  lead,
  actions,
  children,
  fixed = false,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly fixed?: boolean;
}) {
  return (
    <section className={styles["page"]} aria-labelledby="page-title">
      <header className={styles["header"]} data-screen-only>
        <div className={styles["words"]}>
          <h1 id="page-title" className={styles["title"]} tabIndex={-1}>
            {title}
          </h1>
          {lead !== undefined && <p className={styles["lead"]}>{lead}</p>}
        </div>
        <div className={styles["actions"]}>{actions}</div>
      </header>
      <div className={fixed ? styles["fixed"] : styles["content"]}>{children}</div>
    </section>
  );
}

/** A part of a page with a heading. */
export function Section({
  title,
  lead,
  actions,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className={styles["section"]}>
      <div className={styles["sectionHeader"]}>
        <div className={styles["words"]}>
          <h2 className={styles["heading"]}>{title}</h2>
          {lead !== undefined && <p className={styles["lead"]}>{lead}</p>}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}
