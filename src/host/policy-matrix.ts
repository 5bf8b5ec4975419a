import { realpath } from "node:fs/promises";
import { evaluate } from "../agent/policy/evaluate.ts";
import { touchedGrants } from "../agent/policy/touched-grants.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { PolicyCell } from "../shared/host-contract.ts";
import type { Policy } from "../shared/policy.ts";
import type { SandboxLevel } from "../shared/sandbox.ts";
import type { Grant, ToolSpec } from "../shared/tool.ts";
import { withRealPaths } from "./policy-file.ts";

/**
 * What the policy says of every agent calling every tool, without a folder and on each of these. A policy that cannot be
 * used denies everything, and says why.
 */
export async function policyMatrix(
  read: () => Promise<Policy>,
  folders: readonly string[],
  here: { readonly agents: readonly string[]; readonly tools: readonly ToolSpec[]; readonly level: SandboxLevel },
): Promise<PolicyCell[]> {
  const places = [null, ...(await Promise.all(folders.map(placeOf)))];
  const cells = here.agents.flatMap((agent) =>
    here.tools.flatMap((tool) => places.map((place) => ({ agent, tool, place }))),
  );
  const named = ({ agent, tool, place }: (typeof cells)[number]) => ({
    agent,
    tool: tool.name,
    folder: place?.folder ?? null,
  });
  try {
    const policy = await withRealPaths(await read());
    return cells.map((cell) => {
      const { agent, tool, place } = cell;
      const grants = touchedGrants(tool, {}, place === null ? [] : [place.grant]);
      const situation = { agent, tool, grants, level: here.level };
      const ruling = evaluate(policy, { ...situation, taint: [] });
      const tainted = evaluate(policy, { ...situation, taint: ["untrusted content"] });
      return { ...named(cell), ...ruling, verdictWhenTainted: tainted.verdict };
    });
  } catch (error) {
    if (!(error instanceof IndoorsError)) throw error;
    const denied = { verdict: "deny", verdictWhenTainted: "deny", rule: null, reason: error.message } as const;
    return cells.map((cell) => ({ ...named(cell), ...denied }));
  }
}

/** A folder as a grant by its real path; one that is not there stays as it is written. */
async function placeOf(folder: string): Promise<{ readonly folder: string; readonly grant: Grant }> {
  const path = await realpath(folder).catch(() => folder);
  return { folder, grant: { name: folder, path, mode: "rw" } };
}
