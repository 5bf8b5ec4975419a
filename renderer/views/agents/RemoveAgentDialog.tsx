import type { Agent } from "../../../src/shared/agent.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";

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
    <Dialog
      title={text("agents.remove.title", { agent: agent.title })}
      open
      onClose={onCancel}
      actions={
        <>
          <Button onClick={onCancel}>{text("common.cancel")}</Button>
          <Button kind="danger" onClick={onRemove}>
            {text("common.remove")}
          </Button>
        </>
      }
    >
      <p>{text("agents.remove.words", { rules })}</p>
    </Dialog>
  );
}
