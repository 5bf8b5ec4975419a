import type { Grant, ToolSpec } from "../../shared/tool.ts";

/**
 * The grants that a call is about. Each path argument touches the grant it begins with. A tool that needs grants and is
 * given no path touches all of them, and so does a path that leads into none: what it means is not known then. A tool
 * that does not need grants touches none, whatever its arguments say. A tool of a server touches all that the server may
 * reach: what the server does with its arguments is not known.
 */
export function touchedGrants(
  tool: ToolSpec,
  args: Readonly<Record<string, unknown>>,
  grants: readonly Grant[],
): readonly Grant[] {
  if (tool.needs.includes("server")) return tool.server?.grants ?? [];
  if (!tool.needs.includes("grants")) return [];
  const touched = new Set<Grant>();
  for (const [name, argument] of Object.entries(tool.arguments)) {
    const value = Object.hasOwn(args, name) ? args[name] : undefined;
    if (argument.kind !== "path" || value === undefined || value === null) continue;
    const path = String(value);
    const owners = grants.filter(({ name: owner }) => path === owner || path.startsWith(`${owner}/`));
    // A path with `..` may lead anywhere.
    if (owners.length === 0 || path.split(/[/\\]/u).includes("..")) return grants;
    for (const owner of owners) touched.add(owner);
  }
  return touched.size === 0 ? grants : grants.filter((grant) => touched.has(grant));
}
