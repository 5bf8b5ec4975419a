import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";

/** The question before a conversation goes. */
export function RemoveDialog({
  title,
  onRemove,
  onCancel,
}: {
  readonly title: string;
  readonly onRemove: () => void;
  readonly onCancel: () => void;
}) {
  const text = useText();
  return (
    <Dialog
      title={text("chat.remove.title")}
      open
      onClose={onCancel}
      actions={
        <>
          <Button onClick={onCancel}>{text("common.cancel")}</Button>
          <Button kind="danger" onClick={onRemove}>
            {text("chat.remove")}
          </Button>
        </>
      }
    >
      <p>{text("chat.remove.words", { title })}</p>
    </Dialog>
  );
}
