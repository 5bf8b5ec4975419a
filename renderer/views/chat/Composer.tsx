import { CornerDownLeft, Paperclip, Square } from "lucide-react";
import { type DragEvent, type Ref, useImperativeHandle, useRef, useState } from "react";
import type { Agent } from "../../../src/shared/agent.ts";
import { useSay } from "../../app/toasts.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useConnection } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Menu } from "../../ui/Menu.tsx";
import { AgentChoice } from "./AgentChoice.tsx";
import { attach, type Attached } from "./attached.ts";
import styles from "./Composer.module.css";
import { Grants } from "./Grants.tsx";
import { InsertPrompt } from "./InsertPrompt.tsx";
import { ModelChoice } from "./ModelChoice.tsx";

export interface ComposerHandle {
  focus(): void;
}

interface ComposerProps {
  readonly handle: Ref<ComposerHandle>;
  readonly question: string;
  readonly onQuestion: (question: string) => void;
  readonly attached: readonly Attached[];
  readonly onAttached: (attached: readonly Attached[]) => void;
  readonly models: readonly string[];
  /** One of them by name; null: the best there is. */
  readonly model: string | null;
  readonly onModel: (model: string) => void;
  readonly agents: readonly Agent[];
  /** Who is asked. */
  readonly agent: string;
  readonly onAgent: (agent: string) => void;
  /** While a question is being edited: how many come after it, and the way out. */
  readonly editing: { readonly after: number; readonly onCancel: () => void } | null;
  readonly state: "ready" | "running" | "stopping" | "no-model";
  readonly onSend: () => void;
  readonly onStop: () => void;
  readonly onPickFolders: () => void;
  readonly onPickFiles: () => void;
}

/** Where a question is written, with what it may reach and which model answers it. */
export function Composer(props: ComposerProps) {
  const { handle, question, onQuestion, attached, onAttached, models, model, onModel, editing, state } = props;
  const { agents, agent, onAgent } = props;
  const { onSend, onStop, onPickFolders, onPickFiles } = props;
  const text = useText();
  const say = useSay();
  const { kiosk } = useShell();
  const connection = useConnection();
  const field = useRef<HTMLTextAreaElement>(null);
  const [over, setOver] = useState(false);
  useImperativeHandle(handle, () => ({ focus: () => field.current?.focus() }));
  const canSend = question.trim() !== "" && state === "ready";

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const items = [...event.dataTransfer.items].filter(({ kind }) => kind === "file");
    const dropped = items.flatMap((item) => {
      const file = item.getAsFile();
      const path = file === null ? "" : connection.pathOf(file);
      const kind = item.webkitGetAsEntry()?.isDirectory === true ? ("folder" as const) : ("file" as const);
      return path === "" ? [] : [{ path, kind }];
    });
    if (dropped.length === 0) return say(text("chat.compose.noPath"), "attention");
    onAttached(dropped.reduce<readonly Attached[]>((all, { path, kind }) => attach(all, path, kind), attached));
    field.current?.focus();
  };

  return (
    <div className={styles["composer"]} data-screen-only>
      {editing !== null && (
        <div className={styles["editing"]} role="status">
          <p>{text("chat.compose.editing", { more: editing.after })}</p>
          <Button kind="quiet" onClick={editing.onCancel}>
            {text("chat.compose.editCancel")}
          </Button>
        </div>
      )}
      <div
        className={styles["box"]}
        data-over={over || undefined}
        onDragOver={(event) => {
          if (kiosk !== null || !event.dataTransfer.types.includes("Files")) return;
          event.preventDefault();
          event.dataTransfer.dropEffect = "copy";
          setOver(true);
        }}
        onDragLeave={(event) => {
          if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
        }}
        onDrop={kiosk === null ? drop : undefined}
      >
        <Grants attached={attached} onChange={onAttached} />
        {over && <p className={styles["drop"]}>{text("chat.compose.drop")}</p>}
        <textarea
          ref={field}
          className={styles["field"]}
          aria-label={text("chat.compose.label")}
          aria-describedby="chat-compose-keys"
          placeholder={text(kiosk === null ? "chat.compose.placeholder" : "chat.compose.placeholderKiosk")}
          value={question}
          rows={2}
          onChange={(event) => onQuestion(event.target.value)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "Escape" && editing !== null) {
              event.stopPropagation();
              editing.onCancel();
            }
            if (event.key !== "Enter" || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
            event.preventDefault();
            if (canSend) onSend();
          }}
        />
        <div className={styles["row"]}>
          {kiosk === null && (
            <Menu
              label={text("chat.compose.attach")}
              trigger={<Paperclip aria-hidden="true" />}
              items={[
                { label: text("chat.compose.folder"), onSelect: onPickFolders },
                { label: text("chat.compose.file"), onSelect: onPickFiles },
              ]}
            />
          )}
          <InsertPrompt
            onInsert={(words) => {
              onQuestion(question.trim() === "" ? words : `${question}\n\n${words}`);
              field.current?.focus();
            }}
          />
          {agents.length > 1 && <AgentChoice agent={agent} agents={agents} onAgent={onAgent} />}
          <ModelChoice model={model} names={models} onModel={onModel} />
          <span className={styles["keys"]} id="chat-compose-keys">
            {kiosk === null && text("chat.compose.keys")}
          </span>
          {state === "running" || state === "stopping" ? (
            <Button icon={<Square />} onClick={onStop} disabled={state === "stopping"} focusableWhenDisabled>
              {text(state === "stopping" ? "chat.compose.stopping" : "chat.compose.stop")}
            </Button>
          ) : (
            <Button kind="primary" icon={<CornerDownLeft />} onClick={onSend} disabled={!canSend} focusableWhenDisabled>
              {text("chat.compose.send")}
            </Button>
          )}
        </div>
      </div>
    </div>
  );
}
