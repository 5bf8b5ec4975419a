import { Ban, Send, X } from "lucide-react";
import { type RefObject, useId, useRef, useState } from "react";
import type { ElicitationAnswer, ElicitationRequest } from "../../../src/shared/mcp.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { visibleLines } from "./argument-lines.ts";
import { draftOf, faultsIn, type FormDraft, valuesOf } from "./form-draft.ts";
import { FormFieldControl } from "./FormFieldControl.tsx";
import styles from "./FormQuestion.module.css";
import { QuestionParts } from "./QuestionDialog.tsx";
import { ServerPlace } from "./ServerPlace.tsx";
import { useArmed } from "./use-armed.ts";

/** A form that a server asks a person to fill in. What is entered goes to that server alone. */
export function FormQuestion({
  request,
  draft,
  onDraft,
  place,
  heading,
  answering,
  onAnswer,
  onLater,
}: {
  readonly request: ElicitationRequest;
  /** What was entered before it was put off; undefined: nothing yet. */
  readonly draft: FormDraft | undefined;
  readonly onDraft: (draft: FormDraft) => void;
  readonly place: { readonly at: number; readonly count: number };
  readonly heading: RefObject<HTMLHeadingElement | null>;
  readonly answering: boolean;
  readonly onAnswer: (answer: ElicitationAnswer) => void;
  readonly onLater: () => void;
}) {
  const text = useText();
  const id = useId();
  const form = useRef<HTMLFormElement>(null);
  const [tried, setTried] = useState(false);
  const armed = useArmed();
  const { server, serverKind, message, fields } = request;
  const entered = draft ?? draftOf(fields);
  const faults = faultsIn(fields, entered);

  const send = () => {
    setTried(true);
    const [first] = faults.keys();
    if (first !== undefined) {
      const wrong = form.current?.querySelector(`[data-field="${CSS.escape(first)}"]`);
      wrong?.querySelector<HTMLElement>("input:not([aria-hidden]), button, [role=checkbox]")?.focus();
      return;
    }
    onAnswer({ action: "accept", values: valuesOf(fields, entered) });
  };
  return (
    <QuestionParts
      title={text("chat.form.title", { server })}
      place={place}
      heading={heading}
      onLater={onLater}
      laterHint={text("chat.form.laterHint")}
      footer={
        <div className={styles["answers"]}>
          <Button
            icon={<Ban />}
            disabled={answering || !armed}
            focusableWhenDisabled
            onClick={() => onAnswer({ action: "decline" })}
          >
            {text("chat.form.decline")}
          </Button>
          <Button
            icon={<X />}
            disabled={answering || !armed}
            focusableWhenDisabled
            onClick={() => onAnswer({ action: "cancel" })}
          >
            {text("common.cancel")}
          </Button>
          <Button
            kind="primary"
            icon={<Send />}
            form={id}
            type="submit"
            disabled={answering || !armed}
            focusableWhenDisabled
          >
            {text("chat.form.send", { server })}
          </Button>
        </div>
      }
    >
      <form
        ref={form}
        id={id}
        className={styles["form"]}
        noValidate
        aria-label={text("chat.form.title", { server })}
        onSubmit={(event) => {
          event.preventDefault();
          if (!answering && armed) send();
        }}
      >
        <ServerPlace server={server} kind={serverKind} what="form" />
        <blockquote className={styles["message"]}>{visibleLines(message).join("\n")}</blockquote>
        {fields.map((field) => (
          <FormFieldControl
            key={field.key}
            field={field}
            value={entered[field.key] ?? ""}
            fault={tried ? faults.get(field.key) : undefined}
            onChange={(value) => onDraft({ ...entered, [field.key]: value })}
          />
        ))}
        <p className={styles["note"]} role="status">
          {tried && faults.size > 0 ? text("chat.form.faults", { count: faults.size }) : text("chat.form.noSecrets")}
        </p>
      </form>
    </QuestionParts>
  );
}
