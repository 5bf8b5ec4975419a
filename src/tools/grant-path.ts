import { constants } from "node:fs";
import { type FileHandle, lstat, open, readlink, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { IndoorsError } from "../shared/errors.ts";
import type { Grant } from "../shared/tool.ts";
import { neutraliseLine } from "./neutralise.ts";

/** A place inside a grant, with no link left in its path. */
export interface GrantedPath {
  readonly grant: Grant;
  /** The real path of the grant itself. */
  readonly root: string;
  readonly path: string;
  /** As the model sees it: `<grant name>/<path>`, without a slash at the end. */
  readonly shown: string;
}

/**
 * Finds what the model means by `<grant name>/<path>`. Links are followed and must end inside the same grant.
 * @throws IndoorsError `tool.denied` outside every grant, `file.unreadable` when it is not there or of another kind.
 */
export async function resolveInGrants(
  grants: readonly Grant[],
  asked: string,
  of: "file" | "folder",
): Promise<GrantedPath> {
  const shown = asked.replace(/\/+$/, "");
  const name = neutraliseLine(asked);
  if (shown.includes("\0") || shown.split(/[/\\]/).includes("..")) {
    throw new IndoorsError("tool.denied", `'${name}' was not opened: a path must not contain '..'.`);
  }
  const owners = grants.filter((one) => shown === one.name || shown.startsWith(`${one.name}/`));
  const grant = owners.sort((a, b) => b.name.length - a.name.length)[0];
  if (grant === undefined) {
    const names = grants.map((one) => one.name).join(", ") || "none";
    throw new IndoorsError("tool.denied", `'${name}' was not opened: it is not in a granted folder (${names}).`);
  }
  const root = await realpath(grant.path).catch((error: unknown) => {
    throw unreadable(grant.name, error);
  });
  const path = await realpath(join(root, shown.slice(grant.name.length))).catch((error: unknown) => {
    throw unreadable(name, error);
  });
  if (!isInside(root, path)) throw leavesGrant(name);
  const stats = await lstat(path);
  if (of === "folder" && !stats.isDirectory()) {
    throw new IndoorsError("file.unreadable", `'${name}' is not a folder. Use read_file to read a file.`);
  }
  if (of === "file") refuseUnlessFile(stats, name);
  return { grant, root, path, shown };
}

/**
 * Opens a file of a grant for reading. The last part is not followed if it is a link, opening never waits (a pipe), and
 * what was opened is checked again: a link swapped in on the way there between check and opening gains nothing.
 * The caller closes the handle.
 */
export async function openInGrant(root: string, path: string, shown: string): Promise<FileHandle> {
  const name = neutraliseLine(shown);
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  const file = await open(path, flags).catch((error: unknown) => {
    throw unreadable(name, error);
  });
  try {
    const stats = await file.stat();
    refuseUnlessFile(stats, name);
    if (process.platform === "linux") {
      if (!isInside(root, await readlink(`/proc/self/fd/${file.fd}`))) throw leavesGrant(name);
    } else {
      const now = await realpath(path);
      const there = await lstat(now);
      if (!isInside(root, now) || there.ino !== stats.ino || there.dev !== stats.dev) throw leavesGrant(name);
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** True when `path` is `root` or below it. Both are real paths. */
export function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** The sentence for a failed system call on something in a grant. */
export function unreadable(name: string, error: unknown): IndoorsError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "There is nothing of that name. Use list_folder to see what is there.",
    ENOTDIR: "A part of the path is a file, not a folder. Use list_folder to see what is there.",
    EACCES: "This user may not read it.",
    EPERM: "This user may not read it.",
    ELOOP: "It is a link.",
    ENAMETOOLONG: "The name is too long.",
    ERR_ACCESS_DENIED: "It is outside the granted folders.",
  };
  const reason = reasons[code] ?? `The system said ${code || "no"}.`;
  return new IndoorsError("file.unreadable", `'${name}' cannot be read. ${reason}`);
}

function leavesGrant(name: string): IndoorsError {
  return new IndoorsError("tool.denied", `'${name}' was not opened: it is a link out of the granted folder.`);
}

function refuseUnlessFile(stats: { isFile(): boolean; isDirectory(): boolean }, name: string): void {
  if (stats.isFile()) return;
  throw new IndoorsError(
    "file.unreadable",
    stats.isDirectory()
      ? `'${name}' is a folder. Use list_folder to see what is in it.`
      : `'${name}' is not an ordinary file, so it is not read.`,
  );
}
