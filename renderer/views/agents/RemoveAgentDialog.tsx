import type { Agent } from "../../../src/shared/agent.ts";
import { useText } from "../../text/text.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";

/** Says what goes with an agent before it does. `rules`: how many rules of the policy are about it alone. */
export function RemoveAgentDialog({
  agent,
  rules,
  onCancel,
  onRemove,
}: {
  readonly agent: Agent;
  readonly rules: number;
  readonly onCancel: () => void;
  readonly onRemove: () => void;
}) {
  const text = useText();
  return (
    <ConfirmDialog
      title={text("agents.remove.title", { agent: agent.title })}
      action={text("common.remove")}
      open
      onClose={onCancel}
      onConfirm={onRemove}
    >
      {text("agents.remove.words", { rules })}
    </ConfirmDialog>
  );
}
