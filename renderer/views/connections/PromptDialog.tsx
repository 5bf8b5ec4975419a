import { useState } from "react";
import type { ServerPrompt } from "../../../src/shared/mcp.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/TextField.tsx";
import styles from "./List.module.css";

/** The arguments of a prompt, which go to its server. */
export function PromptDialog({
  prompt,
  onClose,
  onFilled,
}: {
  readonly prompt: ServerPrompt;
  readonly onClose: () => void;
  readonly onFilled: (values: Readonly<Record<string, string>>) => void;
}) {
  const text = useText();
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const complete = prompt.arguments.every(({ name, required }) => !required || (values[name] ?? "") !== "");
  return (
    <Dialog
      open
      title={showHidden(prompt.name)}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("common.cancel")}</Button>
          <Button kind="primary" disabled={!complete} focusableWhenDisabled onClick={() => onFilled(values)}>
            {text("connections.prompts.use")}
          </Button>
        </>
      }
    >
      <div className={styles["form"]}>
        {prompt.arguments.map(({ name, description, required }) => (
          <TextField
            key={name}
            label={`${showHidden(name)}${required ? "" : ` (${text("connections.optional")})`}`}
            hint={showHidden(description)}
            value={values[name] ?? ""}
            onChange={(value) => setValues({ ...values, [name]: value })}
          />
        ))}
      </div>
    </Dialog>
  );
}
