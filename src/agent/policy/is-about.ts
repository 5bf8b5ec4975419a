import type { PolicyRule } from "../../shared/policy.ts";
import type { ToolSpec } from "../../shared/tool.ts";

/** A tool, as far as rules are concerned. `server`: the MCP server whose tool it is. */
export type JudgedTool = Pick<ToolSpec, "name" | "effect"> & {
  readonly server?: { readonly name: string } | undefined;
};

/** What begins the name under which the policy is asked whether a server may use the local model. */
export const samplingPrefix = "sampling:";
/** What begins a rule about all tools of a server. */
export const serverPrefix = "server:";

/**
 * Whether a rule's `tool` means this tool: by its name, its effect, its server, or because the rule names none. That a
 * server uses the local model is meant only by a rule of exactly that name: it is no tool that anybody calls.
 */
export function isAbout(subject: PolicyRule["tool"], { name, effect, server }: JudgedTool): boolean {
  if (name.startsWith(samplingPrefix)) return subject === name;
  if (subject === undefined || subject === name || subject === `effect:${effect}`) return true;
  return server !== undefined && subject === `${serverPrefix}${server.name}`;
}
