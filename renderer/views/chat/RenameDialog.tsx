import { useState } from "react";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/TextField.tsx";

/** Another title for a conversation. */
export function RenameDialog({
  title,
  onRename,
  onCancel,
}: {
  readonly title: string;
  readonly onRename: (title: string) => void;
  readonly onCancel: () => void;
}) {
  const text = useText();
  const [next, setNext] = useState(title);
  const usable = next.trim() !== "";
  const rename = () => {
    if (usable) onRename(next.trim());
  };
  return (
    <Dialog
      title={text("chat.rename.title")}
      open
      onClose={onCancel}
      actions={
        <>
          <Button onClick={onCancel}>{text("common.cancel")}</Button>
          <Button kind="primary" disabled={!usable} onClick={rename}>
            {text("chat.rename")}
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
        <TextField label={text("chat.rename.label")} value={next} onChange={setNext} maxLength={200} />
      </form>
    </Dialog>
  );
}
