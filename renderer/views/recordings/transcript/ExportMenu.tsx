import { Download } from "lucide-react";
import { useState } from "react";
import { exportFormat, type ExportFormat } from "../../../../src/shared/speech.ts";
import { useSay, useSayError } from "../../../app/toasts.tsx";
import { useShell } from "../../../app/use-shell.tsx";
import { useCallHost, useConnection } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { ConfirmExport } from "../../../ui/ConfirmExport.tsx";
import { Menu } from "../../../ui/Menu.tsx";
import { exportName } from "./export-name.ts";

/** Writes a transcript to a file that the person chooses. A kiosk asks first, or does not offer it. */
export function ExportMenu({ id, recordingName }: { readonly id: string; readonly recordingName: string }) {
  const text = useText();
  const call = useCallHost();
  const { shell } = useConnection();
  const { kiosk } = useShell();
  const say = useSay();
  const sayError = useSayError();
  const [asking, setAsking] = useState<ExportFormat | null>(null);
  if (kiosk !== null && kiosk.exportFolder === null) return null;

  async function write(format: ExportFormat) {
    setAsking(null);
    try {
      const made = await call("transcripts.export", { id, format });
      const { path } = await shell.call("files.save", {
        ...{ suggestedName: exportName(recordingName, format), text: made.text },
        confirmed: kiosk !== null,
      });
      if (path !== null) say(text("transcript.exported", { path }), "good");
    } catch (error) {
      sayError(error);
    }
  }
  return (
    <>
      <Menu
        label={text("transcript.export")}
        trigger={<Download aria-hidden="true" />}
        items={exportFormat.options.map((format) => ({
          label: text(`transcript.export.${format}`),
          onSelect: () => (kiosk === null ? void write(format) : setAsking(format)),
        }))}
      />
      <ConfirmExport
        open={asking !== null}
        what={text("transcript.exportWhat", { name: recordingName })}
        onCancel={() => setAsking(null)}
        onConfirm={() => {
          if (asking !== null) void write(asking);
        }}
      />
    </>
  );
}
