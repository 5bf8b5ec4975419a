import { Hand } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ApprovalAnswer } from "../../../src/shared/approval.ts";
import type { ElicitationAnswer } from "../../../src/shared/mcp.ts";
import { useCommands } from "../../app/commands.tsx";
import { useSay, useSayError } from "../../app/toasts.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useCallHost, useHostEvent } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { ApprovalQuestion } from "./ApprovalQuestion.tsx";
import type { FormDraft } from "./form-draft.ts";
import { FormQuestion } from "./FormQuestion.tsx";
import { QuestionDialog } from "./QuestionDialog.tsx";
import styles from "./Questions.module.css";
import { ServersProvider } from "./servers.tsx";
import { useApprovals } from "./use-approvals.ts";
import { useElicitations } from "./use-elicitations.ts";
import { waitingQuestions } from "./waiting-questions.ts";

/**
 * The questions that wait for a person, approvals and forms of servers, whatever view is open: one at a time, in a
 * dialog. Put off, they stay in sight as a bar. A new question opens the dialog again.
 */
export function Questions() {
  const text = useText();
  const say = useSay();
  const sayError = useSayError();
  const callHost = useCallHost();
  const { user } = useShell();
  const approvals = useApprovals();
  const forms = useElicitations();
  const [putOff, setPutOff] = useState(false);
  const [answering, setAnswering] = useState<string | null>(null);
  const [seen, setSeen] = useState(0);
  // What was entered into forms that were put off.
  const [drafts, setDrafts] = useState<Readonly<Record<string, FormDraft>>>({});
  const waiting = waitingQuestions(approvals, forms);
  const [first] = waiting;
  const count = waiting.length;

  const bar = useRef<HTMLButtonElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const focusBefore = useRef<HTMLElement>(null);

  const appeared = () => {
    const at = document.activeElement;
    // What stands behind the question gets the focus back when the last one is answered.
    if (at instanceof HTMLElement && at.closest("[role=dialog]") === null) focusBefore.current = at;
    setPutOff(false);
  };
  const closed = (id: string, takenBack: boolean) => {
    setAnswering((before) => (before === id ? null : before));
    setSeen((before) => before + 1);
    if (takenBack) say(text("approval.gone"), "attention");
  };
  useHostEvent("approval.requested", appeared);
  useHostEvent("elicitation.requested", appeared);
  useHostEvent("approval.closed", ({ id, answer }) => closed(id, answer === null));
  useHostEvent("elicitation.closed", ({ id }) => closed(id, answering !== id));
  useEffect(() => {
    // A new series begins: it is opened by itself, and counted anew.
    if (count > 0) return;
    setPutOff(false);
    setSeen(0);
    setDrafts({});
    if (focusBefore.current?.isConnected === true) focusBefore.current.focus();
    focusBefore.current = null;
  }, [count]);

  const commands = useMemo(
    () =>
      count === 0
        ? []
        : [
            {
              ...{ id: "approval-open", label: text("approval.command"), group: text("palette.group") },
              shortcut: "Alt+Q",
              whileTyping: true,
              run: () => setPutOff(false),
            },
          ],
    [text, count],
  );
  useCommands(commands);

  const answer = (id: string, call: () => Promise<unknown>) => {
    setAnswering(id);
    call().catch((error: unknown) => {
      setAnswering(null);
      sayError(error);
    });
  };
  const allow = (id: string, { decision, scope }: Pick<ApprovalAnswer, "decision" | "scope">) =>
    answer(id, () => callHost("approvals.answer", { id, answer: { decision, scope, by: `desktop:${user}` } }));
  const send = (id: string, given: ElicitationAnswer) =>
    answer(id, () => callHost("elicitations.answer", { id, answer: given }));

  if (first === undefined) return null;
  const { id } = first.request;
  const shared = {
    ...{ place: { at: seen + 1, count: seen + count }, heading, answering: answering === id },
    onLater: () => setPutOff(true),
  };
  return (
    <ServersProvider>
      {putOff && (
        <div className={styles["bar"]} role="status" data-screen-only>
          <span className={styles["words"]}>
            <Hand aria-hidden="true" />
            {text("approval.bar", { count })}
          </span>
          <Button ref={bar} onClick={() => setPutOff(false)}>
            {text("approval.bar.open")}
          </Button>
        </div>
      )}
      <QuestionDialog id={id} open={!putOff} heading={heading} focusAfter={bar} onLater={shared.onLater}>
        {first.kind === "approval" ? (
          <ApprovalQuestion {...shared} request={first.request} onAnswer={(given) => allow(id, given)} />
        ) : (
          <FormQuestion
            {...shared}
            request={first.request}
            draft={drafts[id]}
            onDraft={(draft) => setDrafts((before) => ({ ...before, [id]: draft }))}
            onAnswer={(given) => send(id, given)}
          />
        )}
      </QuestionDialog>
    </ServersProvider>
  );
}
