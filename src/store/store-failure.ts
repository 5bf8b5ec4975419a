import Database from "better-sqlite3";
import { IndoorsError } from "../shared/errors.ts";

const restore = "Restore it from a backup, or move it away to start with an empty one.";

/** What a primary result code of SQLite means for people: why, and what to do. */
const meanings: Readonly<Record<string, string>> = {
  SQLITE_NOTADB: "It is not an Indoors database. Move it away, or choose another data folder with --data DIR.",
  SQLITE_CORRUPT: `It is damaged. ${restore}`,
  SQLITE_FULL: "The disk is full. Free some space and try again.",
  SQLITE_READONLY:
    "It may not be written. Allow writing to the file and its folder, or choose another with --data DIR.",
  SQLITE_PERM: "Access was refused. Allow reading and writing for your user, or choose another with --data DIR.",
  SQLITE_CANTOPEN:
    "The file or its folder is missing, or may not be opened. Check both, or choose another with --data DIR.",
  SQLITE_BUSY: "Another program is writing to it. Close that program and try again.",
  SQLITE_IOERR: "The disk reported an error. Check the disk, then try again.",
};

/** The error for a database that cannot be used: says which file, why, and what to do. */
export function unusable(path: string, whyAndWhatToDo: string, data?: unknown): IndoorsError {
  return new IndoorsError("store.unusable", `The database cannot be used: ${path}. ${whyAndWhatToDo}`, data);
}

/** The error for a damaged database. `detail` is SQLite's own first finding. */
export function damaged(path: string, detail: string): IndoorsError {
  return unusable(path, `It is damaged (${detail}). Nothing was changed. ${restore}`);
}

/**
 * Turns what SQLite threw into what people can act on. What is not about the file or the disk (a constraint, wrong SQL)
 * is a bug and comes back unchanged.
 */
export function storeFailure(thrown: unknown, path: string): unknown {
  if (thrown instanceof Database.SqliteError) {
    const meaning = meaningOf(thrown);
    return meaning === undefined ? thrown : unusable(path, meaning, { sqlite: thrown.code });
  }
  if (thrown instanceof TypeError && thrown.message.includes("directory does not exist")) {
    return unusable(path, "Its folder does not exist. Make the folder, or choose another with --data DIR.");
  }
  return thrown;
}

/** What SQLite's failure means for people, or undefined when it is not about the file or the disk. */
export function meaningOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Database.SqliteError)) return undefined;
  // Extended codes say more after the primary one: SQLITE_IOERR_WRITE.
  return meanings[thrown.code.split("_").slice(0, 2).join("_")];
}
