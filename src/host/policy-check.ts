import { realpath } from "node:fs/promises";
import { evaluate } from "../agent/policy/evaluate.ts";
import { touchedGrants } from "../agent/policy/touched-grants.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { PolicyCheck } from "../shared/host-contract.ts";
import type { Policy } from "../shared/policy.ts";
import type { SandboxLevel } from "../shared/sandbox.ts";
import type { Grant, ToolSpec } from "../shared/tool.ts";
import { readPolicy, withRealPaths } from "./policy-file.ts";

/** A call that might be made. */
export interface SupposedCall {
  readonly agent: string;
  readonly tool: string;
  readonly grants: readonly Grant[];
}

/**
 * Tests a policy file and says what it makes of a call. A file that cannot be used is a result, not an error.
 * @throws IndoorsError `not-found` for a call of a tool that there is not.
 */
export async function checkPolicy(
  path: string,
  call: SupposedCall | null,
  here: { readonly tools: readonly ToolSpec[]; readonly level: SandboxLevel },
): Promise<PolicyCheck> {
  let policy: Policy;
  try {
    policy = await readPolicy(path);
  } catch (error) {
    if (!(error instanceof IndoorsError)) throw error;
    return { path, policy: null, fault: error.message, warnings: [], ruling: null };
  }
  const warnings = warningsOf(policy, here.tools);
  if (call === null) return { path, policy, fault: null, warnings, ruling: null };
  const tool = here.tools.find(({ name }) => name === call.tool);
  if (tool === undefined) {
    const names = here.tools.map(({ name }) => name).join(", ");
    throw new IndoorsError("not-found", `There is no tool '${call.tool}'. There are: ${names}.`);
  }
  const real = call.grants.map(async (grant) => ({ ...grant, path: await realpath(grant.path) }));
  const grants = touchedGrants(tool, {}, await Promise.all(real));
  const situation = { agent: call.agent, tool, grants, level: here.level };
  const effective = await withRealPaths(policy);
  const ruling = evaluate(effective, { ...situation, taint: [] });
  const tainted = evaluate(effective, { ...situation, taint: ["untrusted content"] });
  return { path, policy, fault: null, warnings, ruling: { ...ruling, verdictWhenTainted: tainted.verdict } };
}

/** Rules that are well-formed and do nothing. */
function warningsOf(policy: Policy, tools: readonly ToolSpec[]): string[] {
  const names = new Set(tools.map(({ name }) => name));
  const isUnknown = (tool: string) => !tool.startsWith("effect:") && !names.has(tool);
  const everything = policy.rules.findIndex(
    ({ agent, tool, grant }) => agent === undefined && tool === undefined && grant === undefined,
  );
  return [
    ...policy.rules.flatMap(({ tool }, index) =>
      tool !== undefined && isUnknown(tool) ? [`Rule ${index + 1} names a tool that is not here: ${tool}.`] : [],
    ),
    ...Object.keys(policy.minimumLevelOf ?? {}).flatMap((tool) =>
      names.has(tool) ? [] : [`minimumLevelOf names a tool that is not here: ${tool}.`],
    ),
    ...(everything >= 0 && everything < policy.rules.length - 1
      ? [`Rule ${everything + 1} is about every call, so the rules below it are never reached.`]
      : []),
  ];
}
