import { useShell } from "../app/use-shell.tsx";
import { useText } from "../text/text.tsx";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";

/** In a kiosk, nothing leaves the machine before this was answered. `what`: "the audit log". */
export function ConfirmExport({
  open,
  what,
  onCancel,
  onConfirm,
}: {
  readonly open: boolean;
  readonly what: string;
  readonly onCancel: () => void;
  readonly onConfirm: () => void;
}) {
  const text = useText();
  const { kiosk } = useShell();
  return (
    <Dialog
      title={text("export.confirm.title")}
      open={open}
      onClose={onCancel}
      actions={
        <>
          <Button onClick={onCancel}>{text("common.cancel")}</Button>
          <Button kind="primary" onClick={onConfirm}>
            {text("export.confirm.yes")}
          </Button>
        </>
      }
    >
      <p>{text("export.confirm.words", { what, folder: kiosk?.exportFolder ?? "" })}</p>
    </Dialog>
  );
}
