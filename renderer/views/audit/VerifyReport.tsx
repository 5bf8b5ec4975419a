import type { AuditReport } from "../../../src/shared/audit-contract.ts";
import { useText } from "../../text/text.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { factText } from "./audit-entries.ts";
import styles from "./VerifyReport.module.css";

/** What a check of the log found: never more than was checked. */
export function VerifyReport({ report, onClose }: { readonly report: AuditReport; readonly onClose: () => void }) {
  const text = useText();
  const { intact, findings, findingCount, warnings, warningCount } = report;
  return (
    <Dialog
      title={text("audit.report.title")}
      open
      wide
      onClose={onClose}
      actions={
        <Button kind="primary" onClick={onClose}>
          {text("common.close")}
        </Button>
      }
    >
      <Banner meaning={intact ? "good" : "refused"}>
        {intact ? text("audit.report.intact") : text("audit.report.changed")}
      </Banner>
      <dl className={styles["facts"]}>
        <dt>{text("audit.report.rows")}</dt>
        <dd>{text.number(report.rows)}</dd>
        <dt>{text("audit.report.from")}</dt>
        <dd>
          {report.firstTime === null || report.lastTime === null
            ? "–"
            : `${text.date(report.firstTime)} – ${text.date(report.lastTime)}`}
        </dd>
        <dt>{text("audit.report.anchors")}</dt>
        <dd>
          {report.anchoredTo === null
            ? text("audit.report.noAnchor")
            : text("audit.report.anchoredTo", { count: report.anchors, seq: report.anchoredTo })}
        </dd>
        <dt>{text("audit.report.key")}</dt>
        <dd>{report.macChecked ? text("audit.report.keyChecked") : text("audit.report.keyUnchecked")}</dd>
        <dt>{text("audit.report.erased")}</dt>
        <dd>{text.number(report.erased)}</dd>
      </dl>
      {findings.length > 0 && (
        <section>
          <h3 className={styles["heading"]}>{text("audit.report.findings", { count: findingCount })}</h3>
          <ul className={styles["list"]}>
            {findings.map((finding) => (
              <li key={`${finding.kind} ${finding.seq} ${finding.detail}`}>{factText(finding.detail)}</li>
            ))}
          </ul>
        </section>
      )}
      {warnings.length > 0 && (
        <section>
          <h3 className={styles["heading"]}>{text("audit.report.warnings", { count: warningCount })}</h3>
          <ul className={styles["list"]}>
            {warnings.map((warning) => (
              <li key={`${warning.kind} ${warning.seq} ${warning.detail}`}>{factText(warning.detail)}</li>
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}
