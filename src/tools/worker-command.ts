import { existsSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Grant } from "../shared/tool.ts";

export interface WorkerCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Where Node really finds the packages: node_modules may be a link in a development checkout. */
const packages = [fileURLToPath(new URL("../../node_modules/", import.meta.url))]
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => [folder, realpathSync(folder)]);

/**
 * The command line that starts a worker, and its whole environment. A sandbox wraps the worker here.
 *
 * Node's permission model is a seat belt, not the boundary: it stops child processes, addons, threads, writing, and
 * reading outside the app and the grants, but it follows links, so the tools check paths themselves.
 * `grants` must hold real paths.
 */
export function workerCommand(options: {
  readonly nodePath: string;
  readonly entry: URL;
  readonly grants: readonly Grant[];
  readonly heapMb: number;
}): WorkerCommand {
  const entry = fileURLToPath(options.entry);
  const readable = [
    entry,
    fileURLToPath(new URL("..", import.meta.url)),
    ...packages,
    fileURLToPath(new URL("../../package.json", import.meta.url)),
    // Where Linux says what an open file really is; it holds nothing but the worker's own open files.
    ...(process.platform === "linux" ? ["/proc/self/fd"] : []),
    ...options.grants.map((grant) => grant.path),
  ];
  return {
    file: options.nodePath,
    args: [
      "--permission",
      ...readable.map((path) => `--allow-fs-read=${path}`),
      `--max-old-space-size=${options.heapMb}`,
      "--disallow-code-generation-from-strings",
      entry,
    ],
    env: neededOf(process.env),
  };
}

/** Windows starts no program without SystemRoot; TZ makes a file's date the user's date. */
function neededOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const needed: Record<string, string> = {};
  for (const name of ["SystemRoot", "TZ"]) {
    const value = env[name];
    if (value !== undefined) needed[name] = value;
  }
  return needed;
}
