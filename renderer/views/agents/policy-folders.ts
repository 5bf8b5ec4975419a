import type { Policy } from "../../../src/shared/policy.ts";

/** The folders to show as columns: those that rules speak of, then those a person added, each once. */
export function policyFolders(policy: Policy | null, added: readonly string[]): string[] {
  const named = (policy?.rules ?? []).flatMap(({ grant }) => (grant === undefined ? [] : [grant]));
  return [...new Set([...named, ...added])].slice(0, 50);
}

/**
 * The rules about exactly this, by their place in the policy, -1 when there is none: `own` for this agent alone,
 * `shared` for every agent.
 */
export function rulesAbout(
  policy: Policy | null,
  about: { readonly agent: string; readonly tool: string; readonly folder: string | null },
): { readonly own: number; readonly shared: number } {
  const find = (agent: string | undefined) =>
    (policy?.rules ?? []).findIndex(
      (rule) => rule.agent === agent && rule.tool === about.tool && (rule.grant ?? null) === about.folder,
    );
  return { own: find(about.agent), shared: find(undefined) };
}

/** The end of a path, enough to tell it from the others. */
export function shortPath(path: string): string {
  const parts = path.split(/[\\/]/u).filter(Boolean);
  return parts.length <= 2 ? path : `…/${parts.slice(-2).join("/")}`;
}
