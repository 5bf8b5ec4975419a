import { useState } from "react";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useCallHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Select } from "../../ui/Select.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { TextField } from "../../ui/TextField.tsx";
import styles from "./InsertPromptDialog.module.css";
import { ServerPlace } from "./ServerPlace.tsx";
import { useServerPrompts } from "./use-server-prompts.ts";

/** A prompt of a server with its arguments. What comes back is put into the question, where it can be read first. */
export function InsertPromptDialog({
  servers,
  onClose,
  onInsert,
}: {
  readonly servers: readonly string[];
  readonly onClose: () => void;
  readonly onInsert: (words: string) => void;
}) {
  const text = useText();
  const call = useCallHost();
  const sayError = useSayError();
  const prompts = useServerPrompts(servers);
  const [at, setAt] = useState("0");
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [asking, setAsking] = useState(false);
  const chosen = prompts?.[Number(at)];
  const wanted = chosen?.prompt.arguments ?? [];
  const complete = wanted.every(({ name, required }) => !required || (values[name] ?? "") !== "");

  const insert = () => {
    if (chosen === undefined || !complete || asking) return;
    setAsking(true);
    const { server, prompt } = chosen;
    const given = Object.fromEntries(
      wanted.flatMap(({ name }) => ((values[name] ?? "") === "" ? [] : [[name, values[name] ?? ""]])),
    );
    call("mcp.prompt", { name: server, prompt: prompt.name, arguments: given })
      .then((made) => onInsert(made.text), sayError)
      .finally(() => setAsking(false));
  };
  return (
    <Dialog
      open
      title={text("chat.prompt.insert")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("common.cancel")}</Button>
          <Button
            kind="primary"
            disabled={chosen === undefined || !complete || asking}
            focusableWhenDisabled
            onClick={insert}
          >
            {text("chat.prompt.use")}
          </Button>
        </>
      }
    >
      {prompts === undefined && <Skeleton rows={2} waitsFor={text("chat.prompt.waits")} />}
      {prompts?.length === 0 && <p>{text("chat.prompt.none")}</p>}
      {chosen !== undefined && (
        <form
          className={styles["form"]}
          onSubmit={(event) => {
            event.preventDefault();
            insert();
          }}
        >
          <Select
            label={text("chat.prompt.which")}
            value={at}
            options={(prompts ?? []).map(({ server, prompt }, index) => ({
              value: String(index),
              label: `${server} · ${showHidden(prompt.name)}`,
            }))}
            onChange={(next) => {
              setAt(next);
              setValues({});
            }}
          />
          <p>{showHidden(chosen.prompt.description)}</p>
          {wanted.map(({ name, description, required }) => (
            <TextField
              key={name}
              label={required ? text("chat.form.required", { title: showHidden(name) }) : showHidden(name)}
              hint={showHidden(description)}
              value={values[name] ?? ""}
              onChange={(value) => setValues({ ...values, [name]: value })}
            />
          ))}
          {wanted.length > 0 && <ServerPlace server={chosen.server} what="form" />}
          <p className={styles["note"]}>{text("chat.prompt.readFirst")}</p>
          {/* Enter sends a form only where there is such a button. */}
          <button type="submit" hidden />
        </form>
      )}
    </Dialog>
  );
}
