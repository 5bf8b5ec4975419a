import { lstat, opendir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { throwIfCancelled } from "../shared/errors.ts";

const endings = new Set(["wav", "mp3", "m4a", "mp4", "mov", "webm", "ogg", "oga", "opus", "flac"]);

/** The endings that a file dialog shows as recordings. */
export const recordingEndings: readonly string[] = [...endings];

/** Folders within folders that are looked into, and files that are taken at most. */
export interface FindLimits {
  readonly depth: number;
  readonly files: number;
}

/**
 * The recordings among these files and, however deep, in these folders, in the order of their names. A link is followed
 * when it was named, never inside a folder: it may lead anywhere, or around in a circle. What is no recording, cannot be
 * read or comes after `limits.files` counts as passed over. What begins with a dot is not even counted.
 * @throws IndoorsError `cancelled`
 */
export async function findRecordings(
  paths: readonly string[],
  signal: AbortSignal,
  limits: FindLimits = { depth: 64, files: 10_000 },
): Promise<{ readonly paths: string[]; readonly passedOver: number }> {
  const found = new Set<string>();
  let passedOver = 0;

  const take = (path: string) => {
    if (isRecording(path) && found.size < limits.files) found.add(path);
    else passedOver++;
  };
  async function walk(folder: string, depth: number): Promise<void> {
    const folders: string[] = [];
    const files: string[] = [];
    for await (const entry of await opendir(folder)) {
      throwIfCancelled(signal);
      if (entry.name.startsWith(".")) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile()) files.push(path);
      // Some file systems do not say what an entry is.
      else if (!entry.isSymbolicLink() && (await lstat(path)).isFile()) files.push(path);
      else passedOver++;
    }
    for (const path of files.sort(byName)) take(path);
    for (const path of folders.sort(byName)) {
      if (depth === limits.depth || found.size >= limits.files) passedOver++;
      else await walk(path, depth + 1).catch(unreadable);
    }
  }
  const unreadable = () => {
    throwIfCancelled(signal);
    passedOver++;
  };

  for (const path of paths) {
    throwIfCancelled(signal);
    const stats = await stat(path).catch(() => null);
    if (stats?.isDirectory()) await walk(path, 0).catch(unreadable);
    else if (stats?.isFile()) take(path);
    else passedOver++;
  }
  return { paths: [...found], passedOver };
}

function isRecording(path: string): boolean {
  return endings.has(extname(path).slice(1).toLowerCase());
}

const order = new Intl.Collator(undefined, { numeric: true });

function byName(left: string, right: string): number {
  return order.compare(basename(left), basename(right));
}
