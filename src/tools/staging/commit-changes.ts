import { randomUUID } from "node:crypto";
import { open } from "node:fs/promises";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { isInside } from "../grant-path.ts";
import { isSameFile, readBytes } from "./file-bytes.ts";
import {
  codeOf,
  type HeldFolder,
  holdChild,
  linkIn,
  makeFolderIn,
  openToCreate,
  pathOf,
  removeFolderIn,
  renameIn,
  statIn,
  unlinkIn,
} from "./held-folder.ts";
import type { PendingChange } from "./pending-change.ts";
import type { CommitReport } from "./staged-changes.ts";

const newFileMode = 0o666;

/**
 * Writes the changes that are not refused into their grants, from the host's own copies. Each is looked at once more:
 * what is not as it was when the diff was made stays as it is. Goes on after a failure and reports it.
 */
export async function commitChanges(changes: readonly PendingChange[]): Promise<CommitReport> {
  const written: string[] = [];
  const refused: string[] = [];
  const attempt = async (change: PendingChange, make: () => Promise<void>) => {
    try {
      if (change.shown.refused !== null) throw notMade(change.shown.refused);
      await make();
      written.push(change.shown.path);
    } catch (error) {
      refused.push(`'${change.shown.path}' was not ${change.shown.kind}: ${reasonOf(error)}.`);
    }
  };
  const [deletions, others] = [changes.filter(isDeletion), changes.filter((change) => !isDeletion(change))];
  for (const change of others) await attempt(change, () => bring(change));
  const allMade = refused.length === 0;
  for (const change of deletions) {
    await attempt(change, async () => {
      if (!allMade) throw notMade("nothing is deleted, because not everything else was written");
      await remove(change);
    });
  }
  return { written, refused };
}

function isDeletion(change: PendingChange): boolean {
  return change.shown.kind === "deleted";
}

async function bring(change: PendingChange): Promise<void> {
  const { becomes, names, grant } = change;
  const name = names.at(-1) ?? "";
  await using parent = await holdParent(change, "create");
  if (becomes === "folder") {
    if ((await statIn(parent.folder, name)) !== undefined) throw changedMeanwhile();
    await makeFolderIn(parent.folder, name);
  } else if (becomes !== "nothing") {
    await writeFile(parent.folder, name, becomes.copy, change);
  }
  await parent.folder.handle.sync();
  await refuseIfMoved(parent.folder, grant.path);
}

/** Writes beside the file and puts it in its place at once, so that it is never seen half written. */
async function writeFile(folder: HeldFolder, name: string, copy: string, change: PendingChange): Promise<void> {
  await refuseUnlessUnchanged(folder, name, change);
  const temporary = `.indoors-${randomUUID()}.tmp`;
  const before = change.before?.stats;
  {
    await using source = await open(copy, "r");
    await using target = await openToCreate(folder, temporary, newFileMode);
    try {
      await target.writeFile(source.createReadStream({ autoClose: false }));
      if (before !== undefined) await takeOver(target, before);
      await target.sync();
    } catch (error) {
      await unlinkIn(folder, temporary);
      throw error;
    }
  }
  try {
    await refuseUnlessUnchanged(folder, name, change);
    await refuseIfMoved(folder, change.grant.path);
    if (before !== undefined) await renameIn(folder, temporary, name);
    else await placeNew(folder, temporary, name);
  } catch (error) {
    await unlinkIn(folder, temporary).catch(() => {});
    throw error;
  }
}

/** A link fails where a rename would replace what somebody created just now. Some file systems have none. */
async function placeNew(folder: HeldFolder, temporary: string, name: string): Promise<void> {
  try {
    await linkIn(folder, temporary, name);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw changedMeanwhile();
    await renameIn(folder, temporary, name);
    return;
  }
  await unlinkIn(folder, temporary);
}

/** The new content gets the rights and, where the host may say so, the owner of the old one. */
async function takeOver(
  target: Awaited<ReturnType<typeof openToCreate>>,
  before: { readonly mode: bigint; readonly uid: bigint; readonly gid: bigint },
): Promise<void> {
  const { uid, gid } = await target.stat({ bigint: true });
  if (uid !== before.uid || gid !== before.gid) {
    await target.chown(Number(before.uid), Number(before.gid)).catch(() => {});
  }
  await target.chmod(Number(before.mode & 0o777n));
}

async function remove(change: PendingChange): Promise<void> {
  const { names, before, grant } = change;
  const name = names.at(-1) ?? "";
  await using parent = await holdParent(change, "find");
  const folder = parent.folder;
  await refuseIfMoved(folder, grant.path);
  if (before?.stats.isDirectory() === true) {
    const now = await statIn(folder, name);
    if (now?.ino !== before.stats.ino || now.dev !== before.stats.dev) throw changedMeanwhile();
    await removeFolderIn(folder, name);
  } else {
    await refuseUnlessUnchanged(folder, name, change);
    await unlinkIn(folder, name);
  }
  await folder.handle.sync();
}

/** The folder that the changed name lies in, found from the grant down without following a link. */
async function holdParent(
  { grant, names }: PendingChange,
  missing: "create" | "find",
): Promise<AsyncDisposable & { readonly folder: HeldFolder }> {
  if ((await pathOf(grant.folder)) !== grant.path) throw notMade("the granted folder was moved or replaced meanwhile");
  const opened: HeldFolder[] = [];
  const close = async () => {
    for (const folder of opened) await folder.handle.close();
  };
  try {
    let folder = grant.folder;
    for (const name of names.slice(0, -1)) {
      if (missing === "create" && (await statIn(folder, name)) === undefined) await makeFolderIn(folder, name);
      folder = await holdChild(folder, name);
      opened.push(folder);
    }
    await refuseIfMoved(folder, grant.path);
    return { folder, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    const code = codeOf(error);
    throw ["ENOTDIR", "ELOOP", "ENOENT"].includes(code) ? changedMeanwhile() : error;
  }
}

async function refuseUnlessUnchanged(folder: HeldFolder, name: string, { before }: PendingChange): Promise<void> {
  const now = await statIn(folder, name);
  if (before === null) {
    if (now !== undefined) throw changedMeanwhile();
    return;
  }
  if (now === undefined || !isSameFile(now, before.stats)) throw changedMeanwhile();
  if (before.sha256 === null) return;
  if ((await readBytes(folder, name, now))?.sha256 !== before.sha256) throw changedMeanwhile();
}

async function refuseIfMoved(folder: HeldFolder, grant: string): Promise<void> {
  if (!isInside(grant, await pathOf(folder))) throw notMade("its folder was moved out of the granted folder meanwhile");
}

/** A reason that completes the sentence "… was not written: …". */
function notMade(reason: string): IndoorsError {
  return new IndoorsError("tool.denied", reason);
}

function changedMeanwhile(): IndoorsError {
  return notMade("what is there changed meanwhile; ask again");
}

function reasonOf(error: unknown): string {
  if (error instanceof IndoorsError) return messageOf(error);
  const code = codeOf(error);
  const known: Readonly<Record<string, string>> = {
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    EACCES: "this user may not write there",
    EPERM: "this user may not write there",
    EROFS: "the folder is on a read-only disk",
    ENOTEMPTY: "the folder is not empty",
    ENAMETOOLONG: "the name is too long",
  };
  return known[code] ?? `the system said ${code || "no"}`;
}
