import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Grant } from "../shared/tool.ts";
import type { ToolWeights } from "./definition.ts";
import { isInside } from "./grant-path.ts";
import type { SealedCommand } from "./sandbox/sandbox.ts";

const entryOfTools = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
const app = fileURLToPath(new URL("..", import.meta.url)).replace(/(?<=.)[/\\]$/, "");
const packageFile = fileURLToPath(new URL("../../package.json", import.meta.url));

/** Where Node really finds the packages: node_modules may be a link in a development checkout. */
const packages = [fileURLToPath(new URL("../../node_modules", import.meta.url))]
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => [...new Set([folder, realpathSync(folder)])]);

export interface WorkerCommandOptions {
  readonly nodePath: string;
  /** Another entry than the one that serves all tools. */
  readonly entry?: URL | undefined;
  /** `warm` loads all tools while it waits for its call; `compile` loads them and ends. */
  readonly way: "cold" | "warm" | "compile";
  /** Real paths. */
  readonly grants: readonly Grant[];
  readonly heapMb: number;
  readonly weights: ToolWeights;
  /** Where Node finds the compiled code of the tools: a worker that compiles it again starts in twice the time. */
  readonly codeFolder: string | null;
}

/**
 * The command that starts a worker, with its whole environment and all it may see.
 *
 * Node's permission model is a seat belt inside the sandbox, never the boundary: it stops child processes, addons and
 * threads, but it follows links, so the tools check paths themselves. No flag of V8 here but the heap: with most others
 * Node does not use the compiled code of itself that it carries, and starts in half the time more.
 */
export function workerCommand(options: WorkerCommandOptions): Omit<SealedCommand, "limits"> {
  const { grants, weights, codeFolder } = options;
  const entry = fileURLToPath(options.entry ?? entryOfTools);
  const code = codeFolder === null ? [] : [codeFolder];
  const readOnly = [app, ...packages, packageFile, ...Object.values(weights).filter((path) => path !== null), ...code];
  const readable = [
    ...readOnly,
    // Where Linux says what an open file really is; it holds nothing but the worker's own open files.
    ...(process.platform === "linux" ? ["/proc/self/fd"] : []),
    ...grants.map((grant) => grant.path),
  ];
  // Node uses no folder for compiled code that it may not write to. The sandbox shows it read-only.
  const writable = [...code, ...grants.filter(({ mode }) => mode === "rw").map(({ path }) => path)];
  return {
    file: options.nodePath,
    args: [
      "--permission",
      ...listed(readable).map((path) => `--allow-fs-read=${path}`),
      ...listed(writable).map((path) => `--allow-fs-write=${path}`),
      `--max-old-space-size=${options.heapMb}`,
      entry,
      options.way,
    ],
    env: { ...neededOf(process.env), ...(codeFolder === null ? {} : { NODE_COMPILE_CACHE: codeFolder }) },
    readOnly: readOnly.some((path) => isInside(path, options.nodePath)) ? readOnly : [...readOnly, options.nodePath],
    grants,
  };
}

/**
 * The paths as Node's list of permitted paths can hold them. It forgets a path that is the beginning of one named
 * before it (a home folder after the program installed in it), so only the outermost are named; and it loses a folder
 * beside one whose name goes on from its own (`a` beside `ab`), so there the folder around both is named. What is mounted
 * in the sandbox stays as it is.
 */
function listed(paths: readonly string[]): readonly string[] {
  const begins = (path: string) =>
    paths.some((other) => other !== path && other.startsWith(path) && !isInside(path, other));
  const named = new Set(paths.map((path) => (begins(path) ? dirname(path) : path)));
  return [...named].filter((path) => ![...named].some((other) => other !== path && isInside(other, path))).toSorted();
}

/** Finding the time zone costs milliseconds the first time. */
const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Windows starts no program without SystemRoot; TZ makes a file's date the user's date. */
export function neededOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const root = env["SystemRoot"];
  return { TZ: env["TZ"] ?? zone, ...(root === undefined ? {} : { SystemRoot: root }) };
}
