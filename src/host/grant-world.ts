import { readdir, realpath, stat } from "node:fs/promises";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { World } from "../agent/ports.ts";
import { IndoorsError, throwIfCancelled } from "../shared/errors.ts";
import type { Grant } from "../shared/tool.ts";

const maxPaths = 2_000;
const maxDepth = 8;

/**
 * Makes grants of folders as the user wrote them: `DIR` or `DIR:rw`. Each gets a name that the model sees.
 * @throws IndoorsError `file.unreadable` for what is not a folder.
 */
export async function readGrants(written: readonly string[]): Promise<Grant[]> {
  const grants: Grant[] = [];
  for (const text of written) {
    const match = /^(.*?)(?::(ro|rw))?$/s.exec(text);
    const path = resolve(match?.[1] ?? text);
    const found = await stat(path).catch(() => null);
    if (!found?.isDirectory()) {
      throw new IndoorsError(
        "file.unreadable",
        `The grant cannot be used: ${path} is not a folder. Name a folder that exists.`,
      );
    }
    const base = basename(path) || "root";
    let name = base;
    for (let n = 2; grants.some((grant) => grant.name === name); n++) name = `${base}-${n}`;
    grants.push({ name, path, mode: match?.[2] === "rw" ? "rw" : "ro" });
  }
  return grants;
}

/**
 * The data folder holds the audit log and its keys: no grant may contain it or lie inside it, by whatever name.
 * @throws IndoorsError `input.invalid`
 */
export async function refuseOwnFolder(grants: readonly Grant[], dataFolder: string): Promise<void> {
  const own = await realpath(dataFolder);
  for (const { path } of grants) {
    const real = await realpath(path).catch(() => resolve(path));
    if (!isInside(real, own) && !isInside(own, real)) continue;
    throw new IndoorsError(
      "input.invalid",
      `The grant cannot be used: ${path}. Indoors keeps its own data there (${own}), the audit log among it. Name a folder beside it.`,
    );
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** What exists for a run: the paths inside its grants and the recordings of the library. */
export function grantWorld(options: {
  readonly grants: readonly Grant[];
  readonly recordings: () => readonly { readonly id: string; readonly name: string }[];
  readonly today: string;
}): World {
  return {
    today: options.today,
    paths: async (signal) => {
      const paths: string[] = [];
      for (const grant of options.grants) await walk(grant.path, grant.name, 0, paths, signal);
      return paths;
    },
    recordings: async () => options.recordings(),
  };
}

async function walk(folder: string, shown: string, depth: number, paths: string[], signal: AbortSignal): Promise<void> {
  throwIfCancelled(signal);
  if (paths.length >= maxPaths || depth > maxDepth) return;
  paths.push(`${shown}/`);
  // A folder that cannot be listed is simply not there for the agent.
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  entries.sort((a, b) => a.name.localeCompare(b.name));
  for (const entry of entries) {
    if (paths.length >= maxPaths) return;
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) await walk(join(folder, entry.name), `${shown}/${entry.name}`, depth + 1, paths, signal);
    else if (entry.isFile()) paths.push(`${shown}/${entry.name}`);
  }
}
