import { realpath } from "node:fs/promises";
import { evaluate, type Ruling } from "../agent/policy/evaluate.ts";
import { touchedGrants } from "../agent/policy/touched-grants.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { PolicyCheck } from "../shared/host-contract.ts";
import type { Policy } from "../shared/policy.ts";
import type { Grant } from "../shared/tool.ts";
import { effects, readPolicy, withRealPaths } from "./policy-file.ts";
import { callables, type PolicyTopics } from "./policy-topics.ts";

/** A call that might be made. */
export interface SupposedCall {
  readonly agent: string;
  readonly tool: string;
  readonly grants: readonly Grant[];
}

/**
 * Tests a policy file and says what it makes of a call. A file that cannot be used is a result, not an error.
 * @throws IndoorsError `not-found` for a call of a tool, or by an agent, that there is not.
 */
export async function checkPolicy(path: string, call: SupposedCall | null, here: PolicyTopics): Promise<PolicyCheck> {
  let policy: Policy;
  try {
    policy = await readPolicy(path);
  } catch (error) {
    if (!(error instanceof IndoorsError)) throw error;
    return { path, policy: null, fault: error.message, warnings: [], ruling: null };
  }
  const ruling = call === null ? null : await explain(policy, call, here);
  return { path, policy, fault: null, warnings: warningsOf(policy, here), ruling };
}

async function explain(policy: Policy, call: SupposedCall, here: PolicyTopics): Promise<PolicyCheck["ruling"]> {
  if (!here.agents.includes(call.agent)) {
    throw new IndoorsError("not-found", `There is no agent '${call.agent}'. There are: ${here.agents.join(", ")}.`);
  }
  const tool = callables(here).find(({ name }) => name === call.tool);
  if (tool === undefined) {
    const why = here.whyNotOffered(call.tool);
    if (why === undefined) {
      const names = callables(here).map(({ name }) => name);
      throw new IndoorsError("not-found", `There is no tool '${call.tool}'. There are: ${names.join(", ")}.`);
    }
    const remedy = "No rule of the policy changes that: what a server offers is looked at by a person first.";
    return { verdict: "deny", verdictWhenTainted: "deny", reason: why, rule: null, remedy };
  }
  const real = call.grants.map(async (grant) => ({ ...grant, path: await realpath(grant.path) }));
  const grants = touchedGrants(tool, {}, await Promise.all(real));
  const situation = { agent: call.agent, tool, grants, level: here.level };
  const effective = await withRealPaths(policy);
  const ruling = evaluate(effective, { ...situation, taint: [] });
  const tainted = evaluate(effective, { ...situation, taint: ["untrusted content"] });
  const { verdict, reason, rule } = ruling;
  return { verdict, reason, rule, verdictWhenTainted: tainted.verdict, remedy: remedyOf(ruling, call, grants) };
}

/** What would change a ruling. */
function remedyOf({ rule, level }: Ruling, { agent, tool }: SupposedCall, grants: readonly Grant[]): string {
  if (level !== undefined) {
    return `A stronger sandbox would change it (\`indoors doctor\` says what is missing), or a lower minimum level than ${level}.`;
  }
  const folder = grants[0] === undefined ? "" : ` --grant ${grants[0].path}`;
  const set = `\`indoors policy set allow|ask|deny --agent ${agent} --tool ${tool}${folder}\``;
  return rule === null
    ? `A rule about it would change it: ${set}.`
    : `Another verdict in rule ${rule + 1} would change it for all that rule is about, or a rule above it for this alone: ${set}.`;
}

/** Rules that are well-formed and do nothing. */
function warningsOf(policy: Policy, here: PolicyTopics): string[] {
  const names = new Set([...callables(here).map(({ name }) => name), ...effects]);
  const isUnknown = (tool: string) => !names.has(tool) && here.whyNotOffered(tool) === undefined;
  const everything = policy.rules.findIndex(
    ({ agent, tool, grant }) => agent === undefined && tool === undefined && grant === undefined,
  );
  return [
    ...policy.rules.flatMap(({ tool, agent }, index) => [
      ...(tool !== undefined && isUnknown(tool) ? [`Rule ${index + 1} names a tool that is not here: ${tool}.`] : []),
      ...(agent !== undefined && !here.agents.includes(agent)
        ? [`Rule ${index + 1} names an agent that is not here: ${agent}.`]
        : []),
    ]),
    ...Object.keys(policy.minimumLevelOf ?? {}).flatMap((tool) =>
      isUnknown(tool) || effects.includes(tool) ? [`minimumLevelOf names a tool that is not here: ${tool}.`] : [],
    ),
    // What says whether a server may use the model is asked by its own name, and so is never hidden.
    ...(everything >= 0 && policy.rules.slice(everything + 1).some(({ tool }) => tool?.startsWith("sampling:") !== true)
      ? [`Rule ${everything + 1} is about every call, so the rules below it are never reached.`]
      : []),
  ];
}
