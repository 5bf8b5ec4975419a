import { Dialog } from "@base-ui/react/dialog";
import { Check, X } from "lucide-react";
import { type RefObject, useEffect, useRef, useState } from "react";
import type { ApprovalAnswer, ApprovalRequest, ApprovalScope } from "../../../src/shared/approval.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useShell } from "../../app/use-shell.tsx";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import styles from "./ApprovalDialog.module.css";
import { ApprovalDetails } from "./ApprovalDetails.tsx";
import { ApprovalScopes } from "./ApprovalScopes.tsx";

/** So long after a question appears a yes is not taken: a click or a key that was meant for something else. */
const armAfterMs = 600;

interface ApprovalDialogProps {
  readonly request: ApprovalRequest;
  readonly open: boolean;
  readonly place: { readonly at: number; readonly count: number };
  /** True from the answer until the host has taken it. */
  readonly answering: boolean;
  readonly onAnswer: (answer: Pick<ApprovalAnswer, "decision" | "scope">) => void;
  /** Where the focus goes when the question is put off. */
  readonly focusAfter: RefObject<HTMLElement | null>;
  /** Puts the question off. It is never an answer. */
  readonly onLater: () => void;
}

/** One question, over everything else. Only its two buttons answer it; Escape puts it off. */
export function ApprovalDialog(props: ApprovalDialogProps) {
  const { request, open, focusAfter, onLater } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <Dialog.Root
      open={open}
      disablePointerDismissal
      onOpenChange={(next) => {
        if (!next) onLater();
      }}
    >
      <Dialog.Portal>
        <Dialog.Backdrop className={styles["backdrop"]} />
        <Dialog.Popup className={styles["popup"]} initialFocus={heading} finalFocus={focusAfter}>
          {/* Each question begins anew: nothing chosen or armed is carried over from the one before. */}
          <Question key={request.id} {...props} heading={heading} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Question({
  request,
  place,
  answering,
  onAnswer,
  onLater,
  heading,
}: ApprovalDialogProps & { readonly heading: RefObject<HTMLHeadingElement | null> }) {
  const text = useText();
  const { kiosk } = useShell();
  const [scope, setScope] = useState<ApprovalScope>("call");
  const armed = useArmed();
  useEffect(() => {
    heading.current?.focus();
    // A view that is still loading may put the focus into a field of its own: what is typed would go there.
    const bringBack = ({ target }: FocusEvent) => {
      const popup = heading.current?.closest("[role=dialog]");
      if (popup !== null && popup !== undefined && target instanceof Node && !popup.contains(target)) {
        heading.current?.focus();
      }
    };
    document.addEventListener("focusin", bringBack);
    return () => document.removeEventListener("focusin", bringBack);
  }, [heading]);
  const tool = showHidden(request.call.tool);
  // Strangers do not write the policy of a kiosk.
  const scopes = request.scopes.filter((one) => one !== "always" || kiosk === null);
  return (
    <>
      <header className={styles["header"]}>
        {place.count > 1 && <p className={styles["place"]}>{text("approval.place", place)}</p>}
        <Dialog.Title className={styles["title"]} ref={heading} tabIndex={-1}>
          {text(`approval.title.${request.about}`, { tool })}
        </Dialog.Title>
      </header>
      <div
        className={styles["body"]}
        tabIndex={0}
        role="group"
        aria-label={text(`approval.title.${request.about}`, { tool })}
      >
        <ApprovalDetails request={request} />
      </div>
      <footer className={styles["footer"]}>
        <ApprovalScopes request={request} scopes={scopes} value={scope} onChange={setScope} />
        <div className={styles["answers"]}>
          <Button
            icon={<X />}
            disabled={answering}
            focusableWhenDisabled
            onClick={() => onAnswer({ decision: "deny", scope: "call" })}
          >
            {text("approval.deny")}
          </Button>
          <Button
            icon={<Check />}
            disabled={answering || !armed}
            focusableWhenDisabled
            onClick={() => onAnswer({ decision: "allow", scope })}
          >
            {text("approval.allow")}
          </Button>
        </div>
        <div className={styles["later"]}>
          <Button kind="quiet" onClick={onLater}>
            {text("approval.later")}
          </Button>
          <span>{text("approval.laterHint")}</span>
        </div>
      </footer>
    </>
  );
}

/** True some time after it appeared, or after the window came back to the front. */
function useArmed(): boolean {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const arm = () => {
      setArmed(false);
      clearTimeout(timer);
      timer = setTimeout(() => setArmed(true), armAfterMs);
    };
    arm();
    window.addEventListener("focus", arm);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("focus", arm);
    };
  }, []);
  return armed;
}
