import type { Agent } from "../../../src/shared/agent.ts";
import { useText } from "../../text/text.tsx";
import { Select } from "../../ui/Select.tsx";

/** Who is asked. */
export function AgentChoice({
  agent,
  agents,
  onAgent,
}: {
  readonly agent: string;
  readonly agents: readonly Agent[];
  readonly onAgent: (agent: string) => void;
}) {
  const text = useText();
  return (
    <Select
      label={text("chat.agent")}
      value={agent}
      options={agents.map(({ id, title }) => ({ value: id, label: title }))}
      onChange={onAgent}
    />
  );
}
