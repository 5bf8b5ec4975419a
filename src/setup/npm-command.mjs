import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { findCommand } from "./find-command.mjs";

/**
 * How to start npm here without a shell: the npm that started us, the one beside the running Node, or the one on the
 * PATH. Undefined when there is none.
 * @returns {{ command: string, args: readonly string[] } | undefined}
 */
export function npmCommand() {
  const startedBy = process.env["npm_execpath"];
  const beside = dirname(process.execPath);
  const onPath = findCommand("npm");
  const scripts = [
    startedBy !== undefined && basename(startedBy) === "npm-cli.js" ? startedBy : undefined,
    join(beside, "node_modules", "npm", "bin", "npm-cli.js"),
    join(beside, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    onPath === undefined ? undefined : join(dirname(onPath), "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  for (const script of scripts) {
    if (script !== undefined && existsSync(script)) return { command: process.execPath, args: [script] };
  }
  // On Windows npm on the PATH is a batch file, which cannot be started without a shell.
  if (onPath === undefined || process.platform === "win32") return undefined;
  return { command: onPath, args: [] };
}
