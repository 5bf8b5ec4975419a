import { lstat, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "./is-alive.ts";

const prefix = "indoors-sealed-";
const hourMs = 3_600_000;

/** A new private folder of this host, for its owner to remove. */
export function makeTemporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
}

/**
 * Removes what hosts that were killed have left of such folders: this user's own, an hour old, of a process that is gone.
 * Anybody may make folders there with such names, so the owner is looked at.
 */
export async function removeLeftovers(folder = tmpdir()): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = name.startsWith(prefix) ? /^(\d+)-/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(folder, name);
    const found = await lstat(path).catch(() => null);
    const isOurs = found?.isDirectory() === true && found.uid === process.getuid?.();
    if (isOurs && found.mtimeMs < Date.now() - hourMs) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
