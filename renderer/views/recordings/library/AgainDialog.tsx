import { useState } from "react";
import type { RecordingView } from "../../../../src/shared/host-contract.ts";
import { useSay, useSayError } from "../../../app/toasts.tsx";
import { useCallHost } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { ChoiceFields } from "../adding/ChoiceFields.tsx";
import { useChoice } from "../adding/use-adding.ts";

/** Transcribes recordings, or transcribes them once more, with another model, language or engine. */
export function AgainDialog({
  recordings,
  onClose,
}: {
  readonly recordings: readonly RecordingView[];
  readonly onClose: () => void;
}) {
  const text = useText();
  const call = useCallHost();
  const say = useSay();
  const sayError = useSayError();
  const remembered = useChoice().choice;
  const [choice, setChoice] = useState(remembered);
  const [first] = recordings;
  async function start() {
    onClose();
    let queued = 0;
    for (const { path } of recordings) {
      try {
        await call("transcriptions.start", {
          ...{ ...choice, vocabulary: [...choice.vocabulary] },
          ...{ path, device: "auto", again: true },
        });
        queued += 1;
      } catch (error) {
        sayError(error);
      }
    }
    if (queued > 0) say(text("recordings.again.queued", { count: queued }));
  }
  return (
    <Dialog
      title={text("recordings.transcribe")}
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("common.cancel")}</Button>
          <Button kind="primary" onClick={() => void start()}>
            {text("recordings.again.start")}
          </Button>
        </>
      }
    >
      <p>{text("recordings.again.words", { count: recordings.length, name: first?.name ?? "" })}</p>
      <ChoiceFields choice={choice} onChange={(changes) => setChoice({ ...choice, ...changes })} withEngine />
    </Dialog>
  );
}
