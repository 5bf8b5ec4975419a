import { existsSync, realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

const entry = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
const fileOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
/** What the worker is made of. Where Node really finds the packages: node_modules may be a link in a checkout. */
const own = [".", "../../shared", "../../../package.json", "../../../node_modules"].map((path) =>
  fileOf(path).replace(/(?<=.)[/\\]$/, ""),
);

/** The heap of the worker: it holds a few messages of 4 MB. */
const heapMb = 256;

/** What starts the worker with Node, and what it must be able to read. */
export function sessionWorkerCommand(): { readonly args: readonly string[]; readonly readOnly: readonly string[] } {
  const shown = own.filter((path) => existsSync(path)).flatMap((path) => [path, realpathSync(path)]);
  return { args: [`--max-old-space-size=${heapMb}`, fileURLToPath(entry)], readOnly: [...new Set(shown)] };
}
