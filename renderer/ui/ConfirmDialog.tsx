import type { ReactNode } from "react";
import { useText } from "../text/text.tsx";
import { Button } from "./Button.tsx";
import { Dialog } from "./Dialog.tsx";

/** Asks before something that cannot be undone, in the words of what would be done. */
export function ConfirmDialog({
  title,
  action,
  open,
  onClose,
  onConfirm,
  children,
}: {
  readonly title: string;
  /** What the button says. */
  readonly action: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
  readonly children: ReactNode;
}) {
  const text = useText();
  return (
    <Dialog
      title={title}
      open={open}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("common.cancel")}</Button>
          <Button kind="danger" onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      <p>{children}</p>
    </Dialog>
  );
}
