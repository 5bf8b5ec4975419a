import { type Agent, firstAgent } from "../../../src/shared/agent.ts";
import type { RunView } from "../../../src/shared/host-contract.ts";

type Asked = Pick<RunView, "agent" | "model" | "handedOverBy">;

/**
 * Who the next question goes to: whoever was chosen for it, else whom a person asked last here, not whom that one asked.
 * An agent that is gone answers nothing.
 */
export function chosenAgent(draft: string | null, runs: readonly Asked[], agents: readonly Agent[]): string {
  const wanted = draft ?? runs.findLast(({ handedOverBy }) => handedOverBy === null)?.agent;
  return agents.find(({ id }) => id === wanted)?.id ?? firstAgent;
}

/** The model that this agent answers with here: what it used before, else its own. Null: nothing speaks for one. */
export function modelFor(agent: string, runs: readonly Asked[], agents: readonly Agent[]): string | null {
  return runs.findLast((run) => run.agent === agent)?.model ?? agents.find(({ id }) => id === agent)?.model ?? null;
}
