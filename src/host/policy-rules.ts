import { folderOrder } from "../agent/policy/folder-order.ts";
import type { Policy, PolicyRule, Verdict } from "../shared/policy.ts";
import type { ToolSpec } from "../shared/tool.ts";

/** What a rule is about, without what it says. Folders by their real paths. */
export type RuleSubject = Pick<PolicyRule, "agent" | "tool" | "grant">;

const strictness = { allow: 0, ask: 1, deny: 2 } as const satisfies Record<Verdict, number>;

/**
 * The policy with this rule in place of any about exactly the same. It goes on top, so that it holds; but a stricter
 * rule about less (one folder, one tool, one agent) stays above it: a wide yes never undoes a narrow no.
 */
export function putRule(policy: Policy, rule: PolicyRule, tools: readonly ToolSpec[]): Policy {
  const { rules, ...rest } = takeRule(policy, rule);
  const isException = (other: PolicyRule) =>
    strictness[other.verdict] > strictness[rule.verdict] && overlaps(other, rule, tools) && isNarrower(other, rule);
  const exceptions = rules.filter(isException);
  const others = rules.filter((other) => !isException(other));
  return { ...rest, rules: [...exceptions, rule, ...others] };
}

/** The policy without the rules about exactly this; the same object when there is none. */
export function takeRule(policy: Policy, subject: RuleSubject): Policy {
  const rules = policy.rules.filter((rule) => !isSame(rule, subject));
  return rules.length === policy.rules.length ? policy : { ...policy, rules };
}

function isSame(one: RuleSubject, other: RuleSubject): boolean {
  if (one.agent !== other.agent || one.tool !== other.tool) return false;
  if (one.grant === undefined || other.grant === undefined) return one.grant === other.grant;
  return folderOrder(one.grant, other.grant) === "same";
}

/** Whether some call can be about both. */
function overlaps(one: RuleSubject, other: RuleSubject, tools: readonly ToolSpec[]): boolean {
  const agents = one.agent === undefined || other.agent === undefined || one.agent === other.agent;
  const both = tools.some((tool) => isAbout(one, tool) && isAbout(other, tool));
  const folders =
    one.grant === undefined || other.grant === undefined || folderOrder(one.grant, other.grant) !== "apart";
  return agents && both && folders;
}

function isAbout({ tool }: RuleSubject, { name, effect }: ToolSpec): boolean {
  return tool === undefined || tool === name || tool === `effect:${effect}`;
}

/** Whether `one` is about less than `other` in any respect. */
function isNarrower(one: RuleSubject, other: RuleSubject): boolean {
  const agent = one.agent !== undefined && other.agent === undefined;
  const tool = reachOf(one) < reachOf(other);
  const folder =
    one.grant !== undefined && (other.grant === undefined || folderOrder(one.grant, other.grant) === "inside");
  return agent || tool || folder;
}

/** One tool, those of an effect, all. */
function reachOf({ tool }: RuleSubject): number {
  return tool === undefined ? 2 : tool.startsWith("effect:") ? 1 : 0;
}
