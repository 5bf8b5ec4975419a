import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import type { AuditRow } from "../../../src/shared/audit-contract.ts";
import { hrefOf } from "../../app/route.ts";
import { useText } from "../../text/text.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { type AuditEntryLine, factText, meaningOf } from "./audit-entries.ts";
import styles from "./AuditRowPane.module.css";

/** Everything that is in the log about one thing. */
export function AuditRowPane({ entry, onClose }: { readonly entry: AuditEntryLine; readonly onClose: () => void }) {
  const text = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  const { row, outcome, result } = entry;
  useEffect(() => {
    heading.current?.scrollIntoView({ block: "nearest" });
  }, [row.id]);
  return (
    <aside
      className={styles["pane"]}
      aria-label={text("audit.row.title", { seq: row.seq })}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <header className={styles["header"]}>
        <h2 ref={heading} className={styles["title"]}>
          {text.maybe(`audit.action.${row.action}`) ?? factText(row.action)}
        </h2>
        <IconButton label={text("common.close")} icon={<X />} onClick={onClose} />
      </header>
      <p className={styles["state"]}>
        <Badge meaning={meaningOf(result)}>{text.maybe(`audit.result.${result}`) ?? factText(result)}</Badge>
        {row.runId !== null && <a href={hrefOf({ view: "audit", at: { run: row.runId } })}>{text("audit.row.run")}</a>}
      </p>
      <RowFacts row={row} title={text("audit.row.before")} />
      {outcome !== null && <RowFacts row={outcome} title={text("audit.row.after")} />}
    </aside>
  );
}

function RowFacts({ row, title }: { readonly row: AuditRow; readonly title: string }) {
  const text = useText();
  const fixed: readonly (readonly [string, string])[] = [
    [text("audit.row.number"), String(row.seq)],
    [text("audit.row.time"), row.time],
    [text("audit.row.who"), `${row.actor.name} (${row.actor.kind})`],
    [text("audit.row.subject"), row.subject],
  ];
  const hashes = Object.entries(row.content);
  return (
    <section className={styles["part"]}>
      <h3 className={styles["heading"]}>{title}</h3>
      <dl className={styles["facts"]}>
        {[...fixed, ...Object.entries(row.facts).map(([name, value]) => [name, factText(value)] as const)].map(
          ([name, value]) => (
            <div key={name} className={styles["fact"]}>
              <dt>{factText(name)}</dt>
              <dd>{factText(value)}</dd>
            </div>
          ),
        )}
      </dl>
      {hashes.length > 0 && (
        <>
          <p className={styles["note"]}>{text("audit.row.hashes")}</p>
          <dl className={styles["facts"]}>
            {hashes.map(([name, hash]) => (
              <div key={name} className={styles["fact"]}>
                <dt>{factText(name)}</dt>
                <dd className={styles["mono"]}>{factText(hash)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <p className={styles["note"]}>{text("audit.row.digest")}</p>
      <p className={styles["mono"]}>{factText(row.digest)}</p>
    </section>
  );
}
