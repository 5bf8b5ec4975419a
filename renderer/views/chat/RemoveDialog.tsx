import { useText } from "../../text/text.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";

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
    <ConfirmDialog
      title={text("chat.remove.title")}
      action={text("chat.remove")}
      open
      onClose={onCancel}
      onConfirm={onRemove}
    >
      {text("chat.remove.words", { title })}
    </ConfirmDialog>
  );
}
