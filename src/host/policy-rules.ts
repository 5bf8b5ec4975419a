import { folderOrder } from "../agent/policy/folder-order.ts";
import { isAbout, type JudgedTool, samplingPrefix, serverPrefix } from "../agent/policy/is-about.ts";
import type { Policy, PolicyRule, Verdict } from "../shared/policy.ts";

/** What a rule is about, without what it says. Folders by their real paths. */
export type RuleSubject = Pick<PolicyRule, "agent" | "tool" | "grant">;

const strictness = { allow: 0, ask: 1, deny: 2 } as const satisfies Record<Verdict, number>;

/**
 * The policy with this rule in place of any about exactly the same. It goes on top, so that it holds; but a stricter
 * rule about less (one folder, one tool, one agent) stays above it: a wide yes never undoes a narrow no.
 */
export function putRule(policy: Policy, rule: PolicyRule, tools: readonly JudgedTool[]): Policy {
  const { rules, ...rest } = takeRule(policy, rule);
  const isException = (other: PolicyRule) =>
    strictness[other.verdict] > strictness[rule.verdict] && overlaps(other, rule, tools) && isNarrower(other, rule);
  const exceptions = rules.filter(isException);
  const others = rules.filter((other) => !isException(other));
  return { ...rest, rules: [...exceptions, rule, ...others] };
}

/** The policy without the rules about exactly this; the same object when there is none. */
export function takeRule(policy: Policy, subject: RuleSubject): Policy {
  return without(policy, (rule) => isSame(rule, subject));
}

/** The policy without the rules that name an agent, so that a later one of that name does not inherit them. */
export function takeRulesOfAgent(policy: Policy, agent: string): Policy {
  return without(policy, (rule) => rule.agent === agent);
}

/**
 * The policy without what it allows a server or one of its tools, so that a later server of that name does not inherit
 * it. What it denies stays.
 */
export function takeAllowsOfServer(policy: Policy, server: string): Policy {
  return without(policy, ({ tool, verdict }) => verdict === "allow" && tool !== undefined && serverOf(tool) === server);
}

/** The server that a rule's `tool` names, alone or with a tool. Names of servers have no underscore. */
function serverOf(tool: string): string | undefined {
  for (const prefix of [serverPrefix, samplingPrefix]) if (tool.startsWith(prefix)) return tool.slice(prefix.length);
  return /^([a-z][a-z0-9-]*)__/u.exec(tool)?.[1];
}

function without(policy: Policy, unwanted: (rule: PolicyRule) => boolean): Policy {
  const rules = policy.rules.filter((rule) => !unwanted(rule));
  return rules.length === policy.rules.length ? policy : { ...policy, rules };
}

function isSame(one: RuleSubject, other: RuleSubject): boolean {
  if (one.agent !== other.agent || one.tool !== other.tool) return false;
  if (one.grant === undefined || other.grant === undefined) return one.grant === other.grant;
  return folderOrder(one.grant, other.grant) === "same";
}

/** Whether some call can be about both. */
function overlaps(one: RuleSubject, other: RuleSubject, tools: readonly JudgedTool[]): boolean {
  const agents = one.agent === undefined || other.agent === undefined || one.agent === other.agent;
  const judged = [...tools, ...imagined(one, tools), ...imagined(other, tools)].flatMap(judgements);
  const both = judged.some((tool) => isAbout(one.tool, tool) && isAbout(other.tool, tool));
  const folders =
    one.grant === undefined || other.grant === undefined || folderOrder(one.grant, other.grant) !== "apart";
  return agents && both && folders;
}

/** What a rule names and is not here now: a server may be off, and come back with any tool. */
function imagined({ tool }: RuleSubject, tools: readonly JudgedTool[]): readonly JudgedTool[] {
  if (tool === undefined || tool.startsWith("effect:") || tools.some(({ name }) => name === tool)) return [];
  const server = serverOf(tool);
  const of = server === undefined || tool.startsWith(samplingPrefix) ? {} : { server: { name: server } };
  return (["read", "write", "run"] as const).map((effect) => ({ name: tool, effect, ...of }));
}

/** What a tool that runs changes in files is judged once more, as writing. */
function judgements(tool: JudgedTool): readonly JudgedTool[] {
  return tool.effect === "run" ? [tool, { ...tool, effect: "write" }] : [tool];
}

/** Whether `one` is about less than `other` in any respect. */
function isNarrower(one: RuleSubject, other: RuleSubject): boolean {
  const agent = one.agent !== undefined && other.agent === undefined;
  const tool = reachOf(one) < reachOf(other);
  const folder =
    one.grant !== undefined && (other.grant === undefined || folderOrder(one.grant, other.grant) === "inside");
  return agent || tool || folder;
}

/** One tool, those of a server, those of an effect, all. */
function reachOf({ tool }: RuleSubject): number {
  if (tool === undefined) return 3;
  return tool.startsWith("effect:") ? 2 : tool.startsWith(serverPrefix) ? 1 : 0;
}
