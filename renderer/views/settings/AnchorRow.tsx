import { useState } from "react";
import { useSay, useSayError } from "../../app/toasts.tsx";
import { useCallHost, useConnection } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { FieldRow } from "../../ui/FieldRow.tsx";

/** Where the state of the audit log is signed into, by itself: best on another disk. */
export function AnchorRow() {
  const text = useText();
  const say = useSay();
  const sayError = useSayError();
  const call = useCallHost();
  const { shell } = useConnection();
  const [busy, setBusy] = useState(false);
  const set = async (file: string | null) => {
    await call("audit.setAnchorFile", { file });
    say(file === null ? text("settings.anchor.off") : text("settings.anchor.set", { file }), "good");
  };
  const act = (work: () => Promise<void>) => {
    setBusy(true);
    work()
      .catch(sayError)
      .finally(() => setBusy(false));
  };
  return (
    <FieldRow label={text("settings.anchor")} hint={text("settings.anchorHint")}>
      <Button
        disabled={busy}
        onClick={() =>
          act(async () => {
            const { path } = await shell.call("files.chooseSave", {
              suggestedName: "indoors-anchors.txt",
              confirmed: true,
            });
            if (path !== null) await set(path);
          })
        }
      >
        {text("settings.anchor.new")}
      </Button>
      <Button
        disabled={busy}
        onClick={() =>
          act(async () => {
            const { paths } = await shell.call("files.pick", { purpose: "anchor", multiple: false });
            if (paths[0] !== undefined) await set(paths[0]);
          })
        }
      >
        {text("settings.anchor.old")}
      </Button>
      <Button kind="quiet" disabled={busy} onClick={() => act(() => set(null))}>
        {text("settings.anchor.none")}
      </Button>
    </FieldRow>
  );
}
