import { useState } from "react";
import { auditExportFormat, type AuditExportFormat, type AuditReport } from "../../../src/shared/audit-contract.ts";
import { useSay, useSayError } from "../../app/toasts.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useCallHost, useConnection } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { ConfirmExport } from "../../ui/ConfirmExport.tsx";
import { Menu } from "../../ui/Menu.tsx";
import { VerifyReport } from "./VerifyReport.tsx";

/** Verify now, export, anchor. */
export function AuditActions({ onDone }: { readonly onDone: () => void }) {
  const text = useText();
  const call = useCallHost();
  const { shell } = useConnection();
  const { kiosk } = useShell();
  const say = useSay();
  const sayError = useSayError();
  const [checking, setChecking] = useState(false);
  const [report, setReport] = useState<AuditReport | null>(null);
  const [asking, setAsking] = useState<AuditExportFormat | "anchor" | null>(null);
  const mayExport = kiosk === null || kiosk.exportFolder !== null;

  async function verify(anchorFile: string | null) {
    setChecking(true);
    try {
      setReport(await call("audit.verify", { anchorFile, publicKeyFile: null }));
    } catch (error) {
      sayError(error);
    } finally {
      setChecking(false);
    }
  }
  async function verifyAgainst() {
    const { paths } = await shell.call("files.pick", { purpose: "anchor", multiple: false });
    if (paths[0] !== undefined) await verify(paths[0]);
  }
  async function write(what: AuditExportFormat | "anchor") {
    setAsking(null);
    const suggestedName = what === "anchor" ? "indoors-anchors.ndjson" : `indoors-audit.${what}`;
    try {
      const { path } = await shell.call("files.chooseSave", { suggestedName, confirmed: kiosk !== null });
      if (path === null) return;
      if (what === "anchor") {
        const made = await call("audit.anchor", { file: path });
        say(text("audit.anchored", { seq: made.anchor.seq, path }), "good");
      } else {
        const { rows } = await call("audit.export", { file: path, format: what });
        say(text("audit.exported", { rows, path }), "good");
      }
      onDone();
    } catch (error) {
      sayError(error);
    }
  }
  const begin = (what: AuditExportFormat | "anchor") => (kiosk === null ? void write(what) : setAsking(what));

  return (
    <>
      <Button kind="primary" disabled={checking} onClick={() => void verify(null)}>
        {checking ? text("audit.verifying") : text("audit.verify")}
      </Button>
      <Menu
        label={text("common.more")}
        items={[
          { label: text("audit.verifyAgainst"), onSelect: () => void verifyAgainst().catch(sayError) },
          ...(mayExport
            ? [
                ...auditExportFormat.options.map((format) => ({
                  label: text("audit.export", { format: format.toUpperCase() }),
                  onSelect: () => begin(format),
                })),
                { label: text("audit.anchor"), onSelect: () => begin("anchor") },
              ]
            : []),
        ]}
      />
      <ConfirmExport
        open={asking !== null}
        what={text("audit.exportWhat")}
        onCancel={() => setAsking(null)}
        onConfirm={() => {
          if (asking !== null) void write(asking);
        }}
      />
      {report !== null && <VerifyReport report={report} onClose={() => setReport(null)} />}
    </>
  );
}
