import { AlertDialog } from "@base-ui/react/alert-dialog";
import { useRef } from "react";
import { useText } from "../../text/text.tsx";
import styles from "./Countdown.module.css";

/** Whether somebody is still there, before everything of this person is cleared. Nothing of it can be read behind. */
export function Countdown({
  secondsLeft,
  onStay,
  onEnd,
}: {
  /** Null: there is no countdown. */
  readonly secondsLeft: number | null;
  readonly onStay: () => void;
  readonly onEnd: () => void;
}) {
  const text = useText();
  const stay = useRef<HTMLButtonElement>(null);
  // Keeps the last number while the dialog goes away.
  const last = useRef(0);
  if (secondsLeft !== null) last.current = secondsLeft;
  return (
    <AlertDialog.Root
      open={secondsLeft !== null}
      onOpenChange={(open) => {
        if (!open) onStay();
      }}
    >
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles["backdrop"]} />
        <AlertDialog.Popup className={styles["popup"]} initialFocus={stay}>
          <AlertDialog.Title className={styles["title"]}>{text("kiosk.stillThere")}</AlertDialog.Title>
          <p className={styles["number"]} aria-hidden="true">
            {last.current}
          </p>
          <AlertDialog.Description className={styles["words"]}>
            {text("kiosk.clearsIn", { seconds: last.current })}
          </AlertDialog.Description>
          <button ref={stay} type="button" className={styles["stay"]} onClick={onStay}>
            {text("kiosk.stay")}
          </button>
          <button type="button" className={styles["end"]} onClick={onEnd}>
            {text("kiosk.clearNow")}
          </button>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
