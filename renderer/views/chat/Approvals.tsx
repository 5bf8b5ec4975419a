import { Hand } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { ApprovalAnswer, ApprovalRequest } from "../../../src/shared/approval.ts";
import { useCommands } from "../../app/commands.tsx";
import { useSay, useSayError } from "../../app/toasts.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useCallHost, useHostEvent } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { ApprovalDialog } from "./ApprovalDialog.tsx";
import styles from "./Approvals.module.css";
import { useApprovals } from "./use-approvals.ts";

/**
 * The questions that wait for a person, whatever view is open: one at a time, in a dialog. Put off, they stay in sight
 * as a bar. A new question opens the dialog again.
 */
export function Approvals() {
  const text = useText();
  const say = useSay();
  const sayError = useSayError();
  const callHost = useCallHost();
  const { user } = useShell();
  const approvals = useApprovals();
  const [putOff, setPutOff] = useState(false);
  const [answering, setAnswering] = useState<string | null>(null);
  const [seen, setSeen] = useState(0);
  const [first] = approvals;
  const count = approvals.length;

  const bar = useRef<HTMLButtonElement>(null);
  const focusBefore = useRef<HTMLElement>(null);

  useHostEvent("approval.requested", () => {
    const at = document.activeElement;
    // What stands behind the question gets the focus back when the last one is answered.
    if (at instanceof HTMLElement && at.closest("[role=dialog]") === null) focusBefore.current = at;
    setPutOff(false);
  });
  useHostEvent("approval.closed", ({ id, answer }) => {
    setAnswering((before) => (before === id ? null : before));
    setSeen((before) => before + 1);
    if (answer === null) say(text("approval.gone"), "attention");
  });
  useEffect(() => {
    // A new series begins: it is opened by itself, and counted anew.
    if (count > 0) return;
    setPutOff(false);
    setSeen(0);
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

  const answer = (request: ApprovalRequest, { decision, scope }: Pick<ApprovalAnswer, "decision" | "scope">) => {
    setAnswering(request.id);
    callHost("approvals.answer", { id: request.id, answer: { decision, scope, by: `desktop:${user}` } }).catch(
      (error: unknown) => {
        setAnswering(null);
        sayError(error);
      },
    );
  };
  if (first === undefined) return null;
  return (
    <>
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
      <ApprovalDialog
        request={first}
        open={!putOff}
        place={{ at: seen + 1, count: seen + count }}
        answering={answering === first.id}
        focusAfter={bar}
        onAnswer={(given) => answer(first, given)}
        onLater={() => setPutOff(true)}
      />
    </>
  );
}
