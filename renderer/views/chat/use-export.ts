import { useState } from "react";
import { flushSync } from "react-dom";
import { useSay, useSayError } from "../../app/toasts.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useCallHost, useConnection } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";

export type ExportFormat = "markdown" | "pdf";

/**
 * Takes a conversation out of Indoors, as the person says. In a kiosk it asks on the screen first (`asking`). While
 * `printing` the page must show all of the conversation: the PDF is the page as it would be printed.
 */
export function useExport(id: string | null) {
  const text = useText();
  const say = useSay();
  const sayError = useSayError();
  const callHost = useCallHost();
  const { shell } = useConnection();
  const { kiosk } = useShell();
  const [asking, setAsking] = useState<ExportFormat | null>(null);
  const [printing, setPrinting] = useState(false);

  const save = async (format: ExportFormat, confirmed: boolean) => {
    if (id === null) return;
    const made = await callHost("conversations.export", { id, format });
    const { path } =
      format === "markdown"
        ? await shell.call("files.save", { suggestedName: made.name, text: made.text, confirmed })
        : await onPaper(() => shell.call("files.savePdf", { suggestedName: made.name, confirmed }), setPrinting);
    if (path === null) return;
    const show = {
      label: text("chat.export.show"),
      onClick: () => void shell.call("files.reveal", { path }).catch(sayError),
    };
    say(text("chat.exported", { path }), "good", kiosk === null ? show : undefined);
  };
  const start = (format: ExportFormat, confirmed: boolean) => void save(format, confirmed).catch(sayError);

  return {
    offered: kiosk === null || kiosk.exportFolder !== null,
    begin: (format: ExportFormat) => (kiosk === null ? start(format, false) : setAsking(format)),
    asking,
    confirm() {
      if (asking !== null) start(asking, true);
      setAsking(null);
    },
    cancel: () => setAsking(null),
    printing,
  };
}

/** Runs `work` while the page looks as it should on paper: everything open, in the light theme. */
async function onPaper<T>(work: () => Promise<T>, setPrinting: (printing: boolean) => void): Promise<T> {
  const { dataset } = document.documentElement;
  const theme = dataset["theme"];
  flushSync(() => setPrinting(true));
  dataset["theme"] = "light";
  try {
    // Two frames: what was just opened is laid out then. A hidden window has none, so it does not wait for them.
    await new Promise((resolve) => {
      setTimeout(resolve, 250);
      requestAnimationFrame(() => requestAnimationFrame(resolve));
    });
    return await work();
  } finally {
    if (theme === undefined) delete dataset["theme"];
    else dataset["theme"] = theme;
    setPrinting(false);
  }
}
