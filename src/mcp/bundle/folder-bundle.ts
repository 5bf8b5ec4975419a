import { lstat, mkdir, readdir, realpath, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { throwIfCancelled } from "../../shared/errors.ts";
import { bundleLimits } from "./bundle-limits.ts";
import { copyFile } from "./copy-file.ts";
import { entryNames } from "./entry-names.ts";
import { refusal } from "./refuse-bundle.ts";

/** One file of a folder. */
export interface FolderFile {
  /** In the folder, with forward slashes. */
  readonly path: string;
  /** Where its content is: itself, or what it is a link to. */
  readonly source: string;
  readonly bytes: number;
  /** Whether its owner can run it. */
  readonly executable: boolean;
}

/**
 * Lists the files of a folder. A link to a file in it counts as that file; other links are refused.
 * @throws IndoorsError `server.refused`
 */
export async function listFolder(folder: string, signal: AbortSignal): Promise<FolderFile[]> {
  const root = await realpath(folder);
  const nameFault = entryNames();
  const files: FolderFile[] = [];
  let [entries, total] = [0, 0];
  const refuse = (path: string, why: string, remedy: string) =>
    refusal(folder, "entry", `'${path}' cannot be in it: ${why}.`, remedy);

  async function walk(within: string): Promise<void> {
    for (const name of (await readdir(join(root, within))).sort()) {
      throwIfCancelled(signal);
      const path = within === "" ? name : `${within}/${name}`;
      const place = join(root, path);
      const found = await lstat(place);
      entries += 1;
      if (entries > bundleLimits.entries) {
        throw refusal(
          folder,
          "too-big",
          `It holds more than ${bundleLimits.entries} files.`,
          "Choose the server's own folder.",
        );
      }
      const why = nameFault(found.isDirectory() ? `${path}/` : path);
      if (why !== undefined) throw refuse(path, why, "Rename it.");
      if (found.isDirectory()) {
        await walk(path);
        continue;
      }
      const source = found.isSymbolicLink() ? await linked(path, place) : place;
      const { size, mode } = await stat(source);
      if (!found.isSymbolicLink() && !found.isFile()) throw refuse(path, "it is no file", "Remove it.");
      total += size;
      if (total > bundleLimits.bytes) {
        throw refusal(
          folder,
          "too-big",
          `It holds more than ${bundleLimits.bytes / 1e6} MB.`,
          "Choose the server's own folder.",
        );
      }
      files.push({ path, source, bytes: size, executable: (mode & 0o100) !== 0 });
    }
  }

  async function linked(path: string, place: string): Promise<string> {
    const remedy = "Copy the folder with `cp -rL`, and look at what is in it.";
    const target = await realpath(place).catch(() => {
      throw refuse(path, "it is a link to nothing", "Remove it.");
    });
    const way = relative(root, target);
    if (way === "" || way === ".." || way.startsWith(`..${sep}`))
      throw refuse(path, "it is a link out of the folder", remedy);
    if (!(await stat(target)).isFile()) throw refuse(path, "it is a link to a folder", remedy);
    return target;
  }

  await walk("");
  return files;
}

/**
 * Reads the files of a folder once: the SHA-256 of each, and on the way their copies in an empty folder. With
 * `into` null it only reads.
 */
export async function readFolder(
  files: readonly FolderFile[],
  into: string | null,
  options: { readonly onBytes: (bytes: number) => void; readonly signal: AbortSignal },
): Promise<{ path: string; sha256: string }[]> {
  const read: { path: string; sha256: string }[] = [];
  for (const { path, source, bytes } of files) {
    const to = into === null ? null : join(into, path);
    if (to !== null) await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    const { sha256 } = await copyFile(source, { ...options, to, maxBytes: bytes });
    read.push({ path, sha256 });
  }
  return read;
}
