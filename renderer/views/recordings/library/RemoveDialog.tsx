import { useState } from "react";
import type { RecordingView } from "../../../../src/shared/host-contract.ts";
import { useSay, useSayError } from "../../../app/toasts.tsx";
import { useCallHost } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";

/** Asks before recordings are forgotten, and says which files go with them. */
export function RemoveDialog({
  recordings,
  onClose,
}: {
  readonly recordings: readonly RecordingView[];
  readonly onClose: (removed: boolean) => void;
}) {
  const text = useText();
  const call = useCallHost();
  const say = useSay();
  const sayError = useSayError();
  const [busy, setBusy] = useState(false);
  const [first] = recordings;
  const made = recordings.filter(({ source }) => source === "microphone").length;
  const kept = recordings.length - made;
  async function remove() {
    setBusy(true);
    let removed = 0;
    for (const { id } of recordings) {
      try {
        await call("recordings.remove", { id });
        removed += 1;
      } catch (error) {
        sayError(error);
      }
    }
    if (removed > 0) say(text("recordings.remove.done", { count: removed }));
    onClose(true);
  }
  return (
    <Dialog
      title={text("recordings.remove.title", { count: recordings.length, name: first?.name ?? "" })}
      open
      onClose={() => onClose(false)}
      actions={
        <>
          <Button onClick={() => onClose(false)}>{text("common.cancel")}</Button>
          <Button kind="danger" disabled={busy} onClick={() => void remove()}>
            {text("common.remove")}
          </Button>
        </>
      }
    >
      <p>{text("recordings.remove.transcripts", { count: recordings.length })}</p>
      {made > 0 && <p>{text("recordings.remove.made", { count: made })}</p>}
      {kept > 0 && <p>{text("recordings.remove.kept", { count: kept })}</p>}
    </Dialog>
  );
}
