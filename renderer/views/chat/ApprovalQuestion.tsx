import { Check, X } from "lucide-react";
import { type RefObject, useState } from "react";
import type { ApprovalAnswer, ApprovalRequest, ApprovalScope } from "../../../src/shared/approval.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useShell } from "../../app/use-shell.tsx";
import { type Text, useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { ApprovalDetails } from "./ApprovalDetails.tsx";
import { ApprovalScopes } from "./ApprovalScopes.tsx";
import { handOverTool } from "./hand-overs.ts";
import { QuestionParts } from "./QuestionDialog.tsx";
import styles from "./QuestionDialog.module.css";
import { samplingServerOf, serverToolOf } from "./server-tool.ts";
import { useArmed } from "./use-armed.ts";

/** May this call run, or may these changes be written? Only its two buttons answer. */
export function ApprovalQuestion({
  request,
  place,
  heading,
  answering,
  onAnswer,
  onLater,
}: {
  readonly request: ApprovalRequest;
  readonly place: { readonly at: number; readonly count: number };
  readonly heading: RefObject<HTMLHeadingElement | null>;
  /** True from the answer until the host has taken it. */
  readonly answering: boolean;
  readonly onAnswer: (answer: Pick<ApprovalAnswer, "decision" | "scope">) => void;
  readonly onLater: () => void;
}) {
  const text = useText();
  const { kiosk } = useShell();
  const [scope, setScope] = useState<ApprovalScope>("call");
  const armed = useArmed();
  // Strangers do not write the policy of a kiosk.
  const scopes = request.scopes.filter((one) => one !== "always" || kiosk === null);
  return (
    <QuestionParts
      title={titleOf(text, request)}
      place={place}
      heading={heading}
      onLater={onLater}
      laterHint={text("approval.laterHint")}
      footer={
        <>
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
        </>
      }
    >
      <ApprovalDetails request={request} />
    </QuestionParts>
  );
}

function titleOf(text: Text, { about, call, agent }: ApprovalRequest): string {
  const sampling = samplingServerOf(call.tool);
  if (sampling !== null) return text("approval.title.sampling", { server: showHidden(sampling) });
  if (call.tool === handOverTool) return text("approval.title.handOver", { agent: showHidden(agent) });
  const served = serverToolOf(call.tool);
  if (served === null) return text(`approval.title.${about}`, { tool: showHidden(call.tool) });
  return text(about === "call" ? "approval.title.server" : "approval.title.serverChanges", {
    tool: showHidden(served.tool),
    server: served.server,
  });
}
