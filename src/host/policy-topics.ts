import { samplingPrefix, serverPrefix } from "../agent/policy/is-about.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { SandboxLevel } from "../shared/sandbox.ts";
import type { Grant, ToolSpec } from "../shared/tool.ts";
import { listAgents } from "../store/agents.ts";
import type { Store } from "../store/open-store.ts";
import { handOverSpec } from "./hand-over.ts";
import { effects } from "./policy-file.ts";
import type { SealedTools } from "./sealed-tools.ts";

/** An MCP server and the folders that it may reach. */
export interface PolicyServer {
  readonly name: string;
  readonly grants: readonly Grant[];
}

/** What there is on this machine that a policy can speak of. */
export interface PolicyTopics {
  readonly agents: readonly string[];
  /** Indoors' own tools, and those of servers that a person approved. */
  readonly tools: readonly ToolSpec[];
  readonly servers: readonly PolicyServer[];
  readonly level: SandboxLevel;
  /** Why nobody is offered this tool of a server, as a sentence with its remedy: not approved, changed, switched off. */
  readonly whyNotOffered: (tool: string) => string | undefined;
}

/** What `collectTopics` asks of those who know the servers. */
export interface TopicServers {
  /** The tools that a person approved, of servers that are switched on. */
  specs(): readonly ToolSpec[];
  /** Every server, whether it is switched on or not. */
  all(): readonly PolicyServer[];
  readonly whyNotOffered: PolicyTopics["whyNotOffered"];
}

/** Looks at what there is now. Agents can hand over as soon as there are two. */
export async function collectTopics(
  store: Store,
  sealedTools: () => Promise<Pick<SealedTools, "specs" | "report">>,
  servers: TopicServers,
): Promise<PolicyTopics> {
  const { specs, report } = await sealedTools();
  const agents = listAgents(store.reader);
  return {
    agents: agents.map(({ id }) => id),
    tools: [...specs, ...(agents.length > 1 ? [handOverSpec(agents)] : []), ...servers.specs()],
    servers: servers.all(),
    level: report().level,
    whyNotOffered: servers.whyNotOffered,
  };
}

/** A server as a whole: a tool of it that acts, and about which no rule says anything by itself. */
export function serverAsTool({ name, grants }: PolicyServer): ToolSpec {
  const server = { name, grants };
  return { name: serverPrefix + name, description: "", arguments: {}, needs: ["server"], effect: "run", server };
}

/** The question whether a server may use the local model, as a tool for the policy. */
function samplingAsTool({ name }: PolicyServer): ToolSpec {
  return { name: samplingPrefix + name, description: "", arguments: {}, needs: ["server"], effect: "run" };
}

/** Whatever a call may be of, and a rule may name, besides effects. */
export function callables({ tools, servers }: Pick<PolicyTopics, "tools" | "servers">): readonly ToolSpec[] {
  return [...tools, ...servers.map(serverAsTool), ...servers.map(samplingAsTool)];
}

/** @throws IndoorsError `input.invalid` for what no rule can be about here */
export function requireTopic(tool: string, topics: Pick<PolicyTopics, "tools" | "servers">): void {
  const known = [...callables(topics).map(({ name }) => name), ...effects];
  if (known.includes(tool)) return;
  throw new IndoorsError("input.invalid", `There is no tool '${tool}'. There are: ${known.join(", ")}.`);
}
