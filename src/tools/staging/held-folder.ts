import { constants, type BigIntStats } from "node:fs";
import { type FileHandle, link, lstat, mkdir, open, opendir, readlink, rename, rmdir, unlink } from "node:fs/promises";

/**
 * A folder that is held open. Names are looked up in the folder itself, never by a path that could have been swapped
 * meanwhile: `/proc/self/fd/N/name` is the system's openat, so this works on Linux only, as staging does. Links are
 * never followed. Every function takes one name, not a path, and fails with the system's own error.
 */
export interface HeldFolder extends AsyncDisposable {
  readonly handle: FileHandle;
  readonly at: string;
}

const asFolder = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
const toRead = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const toCreate = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Opens a folder by its path. The caller disposes of it. */
export async function holdFolder(path: string): Promise<HeldFolder> {
  return held(await open(path, asFolder));
}

export async function holdChild(folder: HeldFolder, name: string): Promise<HeldFolder> {
  return held(await open(`${folder.at}/${oneName(name)}`, asFolder));
}

/** Where the folder is now: its path in its own mount namespace. */
export async function pathOf(folder: HeldFolder): Promise<string> {
  return await readlink(folder.at);
}

/** Names in the folder, in the order of the system. */
export async function* namesIn(folder: HeldFolder): AsyncGenerator<string> {
  for await (const entry of await opendir(`${folder.at}/.`)) yield entry.name;
}

/** What a name stands for, or undefined when there is nothing of that name. */
export async function statIn(folder: HeldFolder, name: string): Promise<BigIntStats | undefined> {
  try {
    return await lstat(`${folder.at}/${oneName(name)}`, { bigint: true });
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Opens for reading; never waits, as it would at a pipe. The caller closes it and checks what was opened. */
export async function openToRead(folder: HeldFolder, name: string): Promise<FileHandle> {
  return await open(`${folder.at}/${oneName(name)}`, toRead);
}

/** Creates a file that was not there. The caller closes it. */
export async function openToCreate(folder: HeldFolder, name: string, mode: number): Promise<FileHandle> {
  return await open(`${folder.at}/${oneName(name)}`, toCreate, mode);
}

export async function makeFolderIn(folder: HeldFolder, name: string): Promise<void> {
  await mkdir(`${folder.at}/${oneName(name)}`);
}

export async function renameIn(folder: HeldFolder, from: string, to: string): Promise<void> {
  await rename(`${folder.at}/${oneName(from)}`, `${folder.at}/${oneName(to)}`);
}

/** A second name for a file; fails when there is something of that name. */
export async function linkIn(folder: HeldFolder, from: string, to: string): Promise<void> {
  await link(`${folder.at}/${oneName(from)}`, `${folder.at}/${oneName(to)}`);
}

export async function unlinkIn(folder: HeldFolder, name: string): Promise<void> {
  await unlink(`${folder.at}/${oneName(name)}`);
}

export async function removeFolderIn(folder: HeldFolder, name: string): Promise<void> {
  await rmdir(`${folder.at}/${oneName(name)}`);
}

/** The system's code of a failed call, such as ENOENT. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function held(handle: FileHandle): HeldFolder {
  return { handle, at: `/proc/self/fd/${handle.fd}`, [Symbol.asyncDispose]: () => handle.close() };
}

function oneName(name: string): string {
  if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) throw new Error("not the name of an entry");
  return name;
}
