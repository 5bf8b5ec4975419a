import { type Agent, firstAgent } from "../shared/agent.ts";
import type { Implementation } from "../shared/contract.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { hostContract } from "../shared/host-contract.ts";
import { getAgent, listAgents, putAgent, removeAgent } from "../store/agents.ts";
import type { Store } from "../store/open-store.ts";
import type { AgentRuns } from "./agent-runs.ts";
import { person } from "./audit.ts";
import type { AuditLog } from "./audit-log.ts";
import { audited } from "./audited.ts";
import type { ModelLibrary } from "./model-library.ts";
import { changePolicy } from "./policy-change.ts";
import type { PolicyFile } from "./policy-file.ts";
import { takeRulesOfAgent } from "./policy-rules.ts";

type AgentMethod = Extract<keyof typeof hostContract.methods, `agents.${string}`>;

export interface AgentMethodsOptions {
  readonly store: Store;
  readonly library: Pick<ModelLibrary, "choose">;
  readonly runs: Pick<AgentRuns, "cancelAllOfAgent">;
  readonly policy: Pick<PolicyFile, "read" | "change">;
  readonly audit: AuditLog;
  readonly onChanged: (what: "agents" | "policy") => void;
}

/** More than anybody keeps apart, and a bound for the matrix. */
const mostAgents = 50;

/** The part of the host's contract that is about who answers. */
export function agentMethods(options: AgentMethodsOptions): Pick<Implementation<typeof hostContract>, AgentMethod> {
  const { store, library, runs, policy, audit, onChanged } = options;
  return {
    "agents.list": () => ({ agents: listAgents(store.reader) }),
    "agents.put": async (agent) => {
      const known = listAgents(store.reader).map(({ id }) => id);
      requirePossible(agent, known);
      if (agent.model !== null) await library.choose("chat", agent.model);
      const isNew = !known.includes(agent.id);
      await audited(audit, agentEntry(agent, isNew ? "add" : "change"), async () => putAgent(store.writer, agent));
      onChanged("agents");
      return {};
    },
    "agents.remove": async ({ id }) => {
      if (id === firstAgent) {
        throw new IndoorsError("input.invalid", `The agent was not removed: ${id} is always there.`);
      }
      // A policy that cannot be used cannot be cleared of rules either: said before anything is changed.
      const { rules } = await policy.read();
      const agent = listAgents(store.reader).find((one) => one.id === id);
      // Gone, but for its rules: the last attempt was cut short.
      const isLeftOver = agent === undefined && rules.some((rule) => rule.agent === id);
      if (!isLeftOver) {
        await audited(audit, agentEntry(agent ?? getAgent(store.reader, id), "remove"), async () => {
          // In this order: from here on nothing of it begins, what it does ends, and only then its denials go.
          removeAgent(store.writer, id);
          await runs.cancelAllOfAgent(id);
        });
      }
      await changePolicy(options, { facts: { agent: id, removed: true }, content: {} }, (before) =>
        takeRulesOfAgent(before, id),
      );
      onChanged("agents");
      onChanged("policy");
      return {};
    },
  };
}

function requirePossible({ id, handOverTo }: Agent, known: readonly string[]): void {
  const refuse = (why: string) => new IndoorsError("input.invalid", `The agent ${id} was not stored. ${why}`);
  if (!known.includes(id) && known.length >= mostAgents) throw refuse(`There are ${mostAgents}, which is the most.`);
  if (handOverTo.includes(id)) throw refuse("It cannot hand over to itself.");
  const stranger = handOverTo.find((other) => !known.includes(other));
  if (stranger !== undefined) {
    throw refuse(`It would hand over to '${stranger}', which is not there. There are: ${known.join(", ")}.`);
  }
}

function agentEntry({ id, model, handOverTo, title, purpose, prompt }: Agent, change: "add" | "change" | "remove") {
  return {
    ...({ action: "agent.change", actor: person(), runId: null, subject: id } as const),
    facts: { change, model, handOverTo: handOverTo.join(","), promptLength: prompt.length },
    content: { title, purpose, prompt },
  };
}
