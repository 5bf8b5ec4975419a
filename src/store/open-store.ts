import { accessSync, constants, statSync } from "node:fs";
import { dirname } from "node:path";
import { connect, type RawDatabase, Reader, Writer } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { applicationId, latestVersion } from "./migrations/index.ts";
import { damaged, storeFailure, unusable } from "./store-failure.ts";

/** A database that may only be read. */
export interface ReadonlyStore extends Disposable {
  readonly reader: Reader;
  close(): void;
}

/** The open database: one connection that writes, one that reads beside it and sees what is committed. */
export interface Store extends ReadonlyStore {
  readonly writer: Writer;
}

/** Milliseconds to wait for a lock before giving up. */
const busyTimeoutMs = 5000;

/**
 * Opens the database at `path`, makes it when there is none, and brings it to the newest version. An existing file is
 * looked at through a read-only connection first, so one that is refused stays as it was. It reads the whole file once
 * (`quick_check`), so it takes longer the more there is. With `readonly` nothing is made or migrated.
 * @throws IndoorsError `store.unusable`: damaged, not ours, from a newer version, not writable.
 */
export function openStore(path: string, options: { readonly readonly: true }): ReadonlyStore;
export function openStore(path: string, options?: { readonly readonly?: false }): Store;
export function openStore(path: string, options: { readonly readonly?: boolean } = {}): Store | ReadonlyStore {
  const version = inspect(path, !options.readonly);
  if (options.readonly) {
    if (version === undefined) throw unusable(path, "There is no database yet. Start Indoors once to make it.");
    if (version < latestVersion) throw unusable(path, "It is from an older Indoors. Start Indoors once to update it.");
    const reader = new Reader(connectReading(path));
    return { reader, close: () => reader.close(), [Symbol.dispose]: () => reader.close() };
  }
  requireWritable(path, version !== undefined);
  const database = connect(path, { timeout: busyTimeoutMs });
  try {
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = NORMAL");
    migrate(database);
    database.pragma("foreign_keys = ON");
    // Without it, REPLACE deletes rows behind the triggers that keep steps unchanged and the search index in step.
    database.pragma("recursive_triggers = ON");
    const reader = new Reader(connectReading(path));
    const writer = new Writer(database);
    const close = () => {
      reader.close();
      writer.close();
    };
    return { reader, writer, close, [Symbol.dispose]: close };
  } catch (thrown) {
    database.close();
    throw storeFailure(thrown, path);
  }
}

function connectReading(path: string): RawDatabase {
  const database = connect(path, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
  database.pragma("query_only = ON");
  return database;
}

/** The schema version of the database at `path`, or undefined when there is none yet. Throws when it is unusable. */
function inspect(path: string, mayRecover: boolean): number | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  if (!stats.isFile()) throw unusable(path, "It is not a file. Choose another data folder with --data DIR.");
  try {
    return look(connectReading(path));
  } catch (thrown) {
    if ((thrown as { readonly code?: unknown }).code !== "SQLITE_READONLY_ROLLBACK") throw storeFailure(thrown, path);
  }
  // The process that made the file was killed before WAL was on. Its journal only a writer may roll back.
  if (!mayRecover) throw unusable(path, "Making it was interrupted. Start Indoors once to finish that.");
  requireWritable(path, true);
  try {
    return look(connect(path, { timeout: busyTimeoutMs }));
  } catch (thrown) {
    throw storeFailure(thrown, path);
  }
}

/** Looks at the database, changes nothing, and closes it. */
function look(database: RawDatabase): number | undefined {
  const path = database.name;
  try {
    const id = database.pragma("application_id", { simple: true }) as number;
    const version = database.pragma("user_version", { simple: true }) as number;
    if (id !== applicationId) {
      // What a process that was killed while it made the file leaves behind: nothing in it yet, so it is ours to fill.
      const tables = database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get();
      if (id === 0 && version === 0 && tables === 0) return undefined;
      throw unusable(
        path,
        "It is not an Indoors database. Nothing was changed. Choose another data folder with --data DIR.",
      );
    }
    if (version > latestVersion) {
      throw unusable(
        path,
        `It was written by a newer Indoors (database version ${version}; this one knows up to ${latestVersion}). ` +
          "Nothing was changed. Install the newer Indoors, or choose another data folder with --data DIR.",
        { version, latestVersion },
      );
    }
    const finding = database.pragma("quick_check(1)", { simple: true });
    // A finding comes under a heading of its own line.
    if (finding !== "ok") throw damaged(path, String(finding).split("\n").at(-1) ?? "");
    return version;
  } finally {
    database.close();
  }
}

/** SQLite opens a file that may not be written as read-only, without a word. So ask first. */
function requireWritable(path: string, exists: boolean): void {
  for (const place of exists ? [path, dirname(path)] : [dirname(path)]) {
    try {
      accessSync(place, constants.W_OK);
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") {
        throw unusable(path, "Its folder does not exist. Make the folder, or choose another with --data DIR.");
      }
      throw unusable(path, `Your user may not write to ${place}. Allow it, or choose another folder with --data DIR.`);
    }
  }
}
