import { useState } from "react";
import { useSayError } from "../../app/toasts.tsx";
import { useCallHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { useCopy } from "../chat/use-copy.ts";
import styles from "./List.module.css";

/** A code of one use for one machine. It is shown once. */
export function EnrolDialog({ onClose }: { readonly onClose: () => void }) {
  const text = useText();
  const call = useCallHost();
  const copy = useCopy();
  const sayError = useSayError();
  const [name, setName] = useState("");
  const [given, setGiven] = useState<{ readonly command: string; readonly expiresAt: string }>();
  return (
    <Dialog
      wide
      open
      title={text("connections.connectors.enrolTitle")}
      onClose={onClose}
      actions={
        given === undefined ? (
          <>
            <Button onClick={onClose}>{text("common.cancel")}</Button>
            <Button
              kind="primary"
              disabled={name === ""}
              focusableWhenDisabled
              onClick={() => void call("connectors.enrol", { name }).then(setGiven, sayError)}
            >
              {text("connections.connectors.makeCode")}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={() => copy(given.command)}>{text("connections.copy")}</Button>
            <Button kind="primary" onClick={onClose}>
              {text("common.close")}
            </Button>
          </>
        )
      }
    >
      <div className={styles["form"]}>
        {given === undefined ? (
          <TextField
            label={text("connections.import.name")}
            hint={text("connections.import.nameHint")}
            value={name}
            onChange={setName}
            maxLength={32}
            spellCheck={false}
          />
        ) : (
          <>
            <p>{text("connections.connectors.type")}</p>
            <code className={styles["code"]}>{given.command}</code>
            <p className={styles["soft"]}>{text("connections.connectors.until", { at: text.date(given.expiresAt) })}</p>
          </>
        )}
      </div>
    </Dialog>
  );
}
