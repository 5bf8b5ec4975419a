import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { connect, type RawDatabase, requireRuntime } from "./connection.ts";

/** The right to be the one host of a data folder, until it is disposed or the process ends. */
export interface DataFolderLock extends Disposable {
  readonly folder: string;
  release(): void;
}

/**
 * Makes the folder when it is missing and takes it for this process. The lock is SQLite's on an empty database: the
 * operating system ends it with the process, however that ends.
 * @throws IndoorsError `data.busy` when another process (or this one) has it; data: {folder, pid}. `file.unreadable`
 * when the folder cannot be made or written.
 */
export function lockDataFolder(folder: string): DataFolderLock {
  requireRuntime(process.versions);
  const pidPath = join(folder, "host.pid");
  const database = take(folder, pidPath);
  try {
    // Beside the lock, because nobody else can read a file that is locked. Only believed while the lock is held.
    writeFileSync(pidPath, `${process.pid}\n`);
  } catch (thrown) {
    database.close();
    throw notWritable(folder, thrown);
  }
  const release = () => {
    if (!database.open) return;
    rmSync(pidPath, { force: true });
    database.close();
  };
  return { folder, release, [Symbol.dispose]: release };
}

function take(folder: string, pidPath: string): RawDatabase {
  let database: RawDatabase | undefined;
  try {
    // Transcripts and conversations are for this user's eyes.
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    database = connect(join(folder, "host.lock"), { timeout: 0 });
    // A journal on disk would be left behind by kill -9, and there is nothing to roll back.
    database.pragma("journal_mode = MEMORY");
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (thrown) {
    database?.close();
    if ((thrown as { readonly code?: unknown }).code !== "SQLITE_BUSY") throw notWritable(folder, thrown);
    const pid = readPid(pidPath);
    const owner = pid === null ? "Another Indoors" : `Another Indoors (process ${pid})`;
    throw new IndoorsError(
      "data.busy",
      `The data folder is in use: ${folder}. ${owner} is running on it. Close it, or choose another with --data DIR.`,
      { folder, pid },
    );
  }
}

function readPid(path: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(path, "utf8"), 10);
    return Number.isNaN(pid) ? null : pid;
  } catch {
    return null;
  }
}

function notWritable(folder: string, thrown: unknown): IndoorsError {
  return new IndoorsError(
    "file.unreadable",
    `The data folder cannot be used: ${folder}. ${messageOf(thrown)}. Allow writing there, or choose another with --data DIR.`,
  );
}
