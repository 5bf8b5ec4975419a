import { RefreshCw } from "lucide-react";
import { useDeferredValue, useMemo, useState } from "react";
import { auditAction } from "../../../src/shared/audit.ts";
import { navigate, useRoute } from "../../app/route.ts";
import { useHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { EmptyState } from "../../ui/EmptyState.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { Page } from "../../ui/Page.tsx";
import { Select } from "../../ui/Select.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { SearchField } from "../../ui/TextField.tsx";
import styles from "./Audit.module.css";
import { auditEntries, filterEntries } from "./audit-entries.ts";
import { AuditActions } from "./AuditActions.tsx";
import { AuditList } from "./AuditList.tsx";
import { AuditRowPane } from "./AuditRowPane.tsx";

const periods = { day: 1, week: 7, month: 31 } as const;
type Period = keyof typeof periods | "all";

/** What crossed the line, and whether somebody changed the record of it. */
export function Audit() {
  const text = useText();
  const { id, at } = useRoute();
  const [action, setAction] = useState<string>("all");
  const [period, setPeriod] = useState<Period>("all");
  const [words, setWords] = useState("");
  const run = at["run"] ?? null;
  const since = useMemo(
    () => (period === "all" ? null : new Date(Date.now() - periods[period] * 86_400_000).toISOString()),
    [period],
  );
  const { data, error, loading, reload } = useHost("audit.list", {
    action: action === "all" ? null : auditAction.parse(action),
    runId: run,
    since,
    limit: 10_000,
  });
  const entries = useMemo(() => auditEntries(data?.rows ?? []), [data]);
  const wanted = useDeferredValue(words);
  const shown = useMemo(() => filterEntries(entries, wanted), [entries, wanted]);
  const chosen = id === null ? undefined : entries.find(({ row }) => row.id === id);
  const place = { view: "audit", at } as const;

  return (
    <Page title={text("rail.audit")} lead={text("audit.lead")} actions={<AuditActions onDone={reload} />} fixed>
      <div className={styles["view"]}>
        <div className={styles["main"]}>
          <div className={styles["filters"]}>
            <div className={styles["search"]}>
              <SearchField label={text("audit.search")} value={words} onChange={setWords} />
            </div>
            <Select
              label={text("audit.filter.action")}
              value={action}
              onChange={setAction}
              options={[
                { value: "all", label: text("audit.filter.everything") },
                ...auditAction.options.map((value) => ({ value, label: text.maybe(`audit.action.${value}`) ?? value })),
              ]}
            />
            <Select<Period>
              label={text("audit.filter.period")}
              value={period}
              onChange={setPeriod}
              options={(["all", "day", "week", "month"] as const).map((value) => ({
                value,
                label: text(`audit.period.${value}`),
              }))}
            />
            {run !== null && (
              <Button kind="quiet" onClick={() => navigate({ view: "audit" })}>
                {text("audit.filter.oneRun")}
              </Button>
            )}
            <IconButton label={text("audit.refresh")} icon={<RefreshCw />} onClick={reload} />
          </div>
          {error !== undefined ? (
            <ErrorState error={error} onRetry={reload} />
          ) : loading ? (
            <Skeleton rows={8} />
          ) : shown.length === 0 ? (
            <EmptyState title={text("audit.none.title")}>
              {entries.length === 0 ? text("audit.none.empty") : text("audit.none.filtered")}
            </EmptyState>
          ) : (
            <>
              <p className={styles["count"]} role="status">
                {text("audit.count", { count: shown.length })}
                {(data?.rows.length ?? 0) === 10_000 && ` ${text("audit.newestOnly")}`}
              </p>
              <AuditList
                entries={shown}
                chosen={id}
                onChoose={(row) => navigate({ ...place, id: row === id ? null : row })}
              />
            </>
          )}
        </div>
        {chosen !== undefined && <AuditRowPane entry={chosen} onClose={() => navigate(place)} />}
      </div>
    </Page>
  );
}
