import { useState } from "react";
import type { RecordingView } from "../../../../src/shared/host-contract.ts";
import { useSayError } from "../../../app/toasts.tsx";
import { useCallHost } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Dialog } from "../../../ui/Dialog.tsx";
import { TextField } from "../../../ui/TextField.tsx";

/** Gives a recording another name. Its file keeps its own. */
export function RenameDialog({
  recording,
  onClose,
}: {
  readonly recording: Pick<RecordingView, "id" | "name">;
  readonly onClose: () => void;
}) {
  const text = useText();
  const call = useCallHost();
  const sayError = useSayError();
  const [name, setName] = useState(recording.name);
  const wanted = name.trim();
  const rename = () => {
    if (wanted === "") return;
    call("recordings.rename", { id: recording.id, name: wanted }).catch(sayError);
    onClose();
  };
  return (
    <Dialog
      title={text("recordings.rename")}
      open
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("common.cancel")}</Button>
          <Button kind="primary" disabled={wanted === ""} onClick={rename}>
            {text("common.save")}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename();
        }}
      >
        <TextField
          label={text("recordings.sort.name")}
          hint={text("recordings.renameHint")}
          value={name}
          onChange={setName}
          maxLength={200}
          onFocus={(event) => event.currentTarget.select()}
        />
      </form>
    </Dialog>
  );
}
