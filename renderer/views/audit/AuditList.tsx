import { type KeyboardEvent, useRef } from "react";
import { useText } from "../../text/text.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { VirtualList, type VirtualListHandle } from "../../ui/VirtualList.tsx";
import { type AuditEntryLine, factText, meaningOf } from "./audit-entries.ts";
import styles from "./AuditList.module.css";

/** The lines of the log; arrow keys go from one to the next. */
export function AuditList({
  entries,
  chosen,
  onChoose,
}: {
  readonly entries: readonly AuditEntryLine[];
  readonly chosen: string | null;
  readonly onChoose: (id: string) => void;
}) {
  const text = useText();
  const list = useRef<VirtualListHandle>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    const at = entries.findIndex(({ row }) => row.id === chosen);
    const next = entries[at === -1 ? 0 : Math.min(entries.length - 1, Math.max(0, at + step))];
    if (next === undefined || next.row.id === chosen) return;
    event.preventDefault();
    onChoose(next.row.id);
    list.current?.reveal(entries.indexOf(next));
  };
  return (
    <div className={styles["list"]} onKeyDown={onKeyDown}>
      <VirtualList
        label={text("rail.audit")}
        items={entries}
        keyOf={({ row }) => row.id}
        estimate={44}
        handle={list}
        row={({ row, result }) => (
          <button
            type="button"
            className={styles["line"]}
            aria-current={row.id === chosen}
            onClick={() => onChoose(row.id)}
          >
            <span className={styles["seq"]}>{row.seq}</span>
            <span className={styles["time"]}>{text.date(row.time)}</span>
            <span className={styles["what"]}>
              <strong>{text.maybe(`audit.action.${row.action}`) ?? factText(row.action)}</strong>{" "}
              <span className={styles["subject"]}>{factText(row.subject)}</span>
            </span>
            <span className={styles["who"]}>{factText(row.actor.name)}</span>
            <span className={styles["result"]}>
              <Badge meaning={meaningOf(result)}>{text.maybe(`audit.result.${result}`) ?? factText(result)}</Badge>
            </span>
          </button>
        )}
      />
    </div>
  );
}
