import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/** What a folder may hold. */
export interface FolderLimits {
  readonly bytes: number;
  readonly files: number;
}

/** How long after one look comes the next. Enough to stop a disk from filling up, and no load to speak of. */
const lookMs = 3000;

/**
 * Looks again and again at a folder that untrusted programs write to, and tells once when it holds too much. Links are
 * not followed; what cannot be read counts for nothing.
 * @returns the function that stops it.
 */
export function watchFolder(path: string, limits: FolderLimits, onOver: () => void): () => void {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    const holdsTooMuch = await isOver(path, { ...limits });
    if (stopped) return;
    if (holdsTooMuch) onOver();
    else timer = setTimeout(look, lookMs).unref();
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Counts down what is left, and stops counting when nothing is: a folder may hold more than can be counted. */
async function isOver(path: string, left: { bytes: number; files: number }): Promise<boolean> {
  try {
    for await (const entry of await opendir(path)) {
      const inner = join(path, entry.name);
      const found = await lstat(inner).catch(() => null);
      left.files--;
      // What it takes on the disk: a file with holes is not as large as it seems.
      left.bytes -= (found?.blocks ?? 0) * 512;
      if (left.files < 0 || left.bytes < 0) return true;
      if (entry.isDirectory() && (await isOver(inner, left))) return true;
    }
  } catch {
    // Gone meanwhile, or closed to us.
  }
  return false;
}
