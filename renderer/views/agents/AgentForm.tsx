import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Agent } from "../../../src/shared/agent.ts";
import { useHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Select } from "../../ui/Select.tsx";
import { Switch } from "../../ui/Switch.tsx";
import { TextField } from "../../ui/TextField.tsx";
import { emptyAgent, faultsOf, idFrom } from "./agent-draft.ts";
import styles from "./AgentForm.module.css";

/** In place of a name: the model that the settings say. */
const fromSettings = "";

/** A new agent, or another text for one that is there. */
export function AgentForm({
  agent,
  agents,
  saving,
  onSave,
  onCancel,
}: {
  /** Null: a new one. */
  readonly agent: Agent | null;
  readonly agents: readonly Agent[];
  readonly saving: boolean;
  readonly onSave: (agent: Agent) => void;
  readonly onCancel: () => void;
}) {
  const text = useText();
  const models = useHost("models.list", {});
  const [draft, setDraft] = useState(agent ?? emptyAgent);
  const [ownId, setOwnId] = useState(false);
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector("input")?.focus(), []);

  const change = (changes: Partial<Agent>) => setDraft((before) => ({ ...before, ...changes }));
  const others = agents.filter(({ id }) => id !== agent?.id);
  const faults = faultsOf(draft, agent === null ? agents.map(({ id }) => id) : []);
  const shown = tried ? faults : {};
  const chat = (models.data?.models ?? []).flatMap(({ model }) => (model.role === "chat" ? [model.name] : []));
  const names = [...new Set([...chat, ...(draft.model === null ? [] : [draft.model])])];

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(faults).length > 0) {
      form.current?.querySelector<HTMLElement>(faults.title === undefined ? "[name=id]" : "[name=title]")?.focus();
      return;
    }
    onSave({ ...draft, title: draft.title.trim(), purpose: draft.purpose.trim() });
  };
  const heading = agent === null ? text("agents.form.new") : text("agents.edit", { agent: agent.title });
  return (
    <form ref={form} className={styles["form"]} onSubmit={submit} aria-label={heading} noValidate>
      <h3 className={styles["heading"]}>{heading}</h3>
      <div className={styles["pair"]}>
        <TextField
          label={text("agents.form.title")}
          name="title"
          value={draft.title}
          maxLength={80}
          onChange={(title) => change(agent === null && !ownId ? { title, id: idFrom(title) } : { title })}
          error={shown.title === undefined ? undefined : text("agents.form.title.missing")}
        />
        {agent === null ? (
          <TextField
            label={text("agents.form.id")}
            name="id"
            value={draft.id}
            maxLength={32}
            spellCheck={false}
            onChange={(id) => {
              setOwnId(true);
              change({ id });
            }}
            hint={text("agents.form.id.hint")}
            error={shown.id === undefined ? undefined : text(`agents.form.id.${shown.id}`)}
          />
        ) : (
          <div className={styles["known"]}>
            <span className={styles["label"]}>{text("agents.form.id")}</span>
            <span className={styles["mono"]}>{agent.id}</span>
          </div>
        )}
      </div>
      <TextField
        label={text("agents.form.purpose")}
        value={draft.purpose}
        maxLength={300}
        onChange={(purpose) => change({ purpose })}
        hint={text("agents.form.purpose.hint")}
      />
      <label className={styles["area"]}>
        <span className={styles["label"]}>{text("agents.form.prompt")}</span>
        <textarea
          className={styles["prompt"]}
          value={draft.prompt}
          maxLength={8000}
          rows={5}
          aria-describedby="agent-prompt-hint"
          onChange={({ target }) => change({ prompt: target.value })}
        />
        <span id="agent-prompt-hint" className={styles["hint"]}>
          {text("agents.form.prompt.hint", { count: draft.prompt.length })}
        </span>
      </label>
      <div className={styles["known"]}>
        <span className={styles["label"]}>{text("agents.form.model")}</span>
        <span>
          <Select
            label={text("agents.form.model")}
            value={draft.model ?? fromSettings}
            options={[
              { value: fromSettings, label: text("agents.model.any") },
              ...names.map((name) => ({ value: name, label: name })),
            ]}
            onChange={(model) => change({ model: model === fromSettings ? null : model })}
          />
        </span>
      </div>
      {others.length > 0 && (
        <fieldset className={styles["others"]}>
          <legend className={styles["label"]}>{text("agents.form.handOver")}</legend>
          {others.map(({ id, title }) => (
            <Switch
              key={id}
              label={title}
              checked={draft.handOverTo.includes(id)}
              onChange={(on) =>
                change({ handOverTo: on ? [...draft.handOverTo, id] : draft.handOverTo.filter((one) => one !== id) })
              }
            />
          ))}
          <p className={styles["hint"]}>{text("agents.form.handOver.hint")}</p>
        </fieldset>
      )}
      <p className={styles["hint"]}>{text("agents.form.rights")}</p>
      <div className={styles["actions"]}>
        <Button onClick={onCancel}>{text("common.cancel")}</Button>
        <Button kind="primary" type="submit" disabled={saving} focusableWhenDisabled>
          {text(agent === null ? "agents.form.make" : "common.save")}
        </Button>
      </div>
    </form>
  );
}
