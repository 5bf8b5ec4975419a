import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { connect, type Reader, requireRuntime, type Writer } from "./connection.ts";
import { createConversation, listConversations } from "./conversations.ts";
import { latestVersion } from "./migrations/index.ts";
import { openStore } from "./open-store.ts";
import { setSetting } from "./settings.ts";
import { freshFolder, freshStore } from "./testing/fresh-store.ts";

function unusable(...parts: string[]) {
  return expect.objectContaining({
    code: "store.unusable",
    message: expect.stringMatching(new RegExp(parts.map((part) => part.replaceAll(/\W/g, "\\$&")).join(".*"))),
  });
}

/** A closed database with one conversation in it. */
function savedDatabase(): string {
  const path = join(freshFolder(), "indoors.db");
  using store = openStore(path);
  createConversation(store.writer, { title: "kept" });
  return path;
}

function pragma(connection: Reader, name: string): unknown {
  return Object.values(connection.get<object>(`SELECT * FROM pragma_${name}`) ?? {})[0];
}

function refusedUntouched(path: string, ...parts: string[]): void {
  const folder = dirname(path);
  const before = readFileSync(path);
  expect(() => openStore(path)).toThrow(unusable(path, ...parts));
  expect(readFileSync(path).equals(before)).toBe(true);
  // Looking makes SQLite's own side files; there is nothing in them.
  const others = readdirSync(folder).filter((name) => name !== basename(path) && !name.endsWith("-shm"));
  for (const name of others) expect([name, statSync(join(folder, name)).size]).toEqual([`${basename(path)}-wal`, 0]);
}

function fail(): never {
  throw new Error("stop");
}

describe("openStore", () => {
  test("sets what the house relies on, on both connections", () => {
    const { reader, writer } = freshStore();
    expect(pragma(writer, "journal_mode")).toBe("wal");
    expect(pragma(writer, "foreign_keys")).toBe(1);
    expect(pragma(writer, "synchronous")).toBe(1);
    expect(pragma(writer, "recursive_triggers")).toBe(1);
    expect(pragma(writer, "user_version")).toBe(latestVersion);
    for (const connection of [reader, writer]) expect(pragma(connection, "busy_timeout")).toBe(5000);
    expect(pragma(reader, "query_only")).toBe(1);
  });

  test("keeps what was written, and the reader sees it as soon as it is committed", () => {
    const path = savedDatabase();
    using store = openStore(path);
    expect(listConversations(store.reader).map((conversation) => conversation.title)).toEqual(["kept"]);
    store.writer.transaction(() => {
      createConversation(store.writer, { title: "new" });
      expect(listConversations(store.reader)).toHaveLength(1);
    });
    expect(listConversations(store.reader)).toHaveLength(2);
  });

  test("readonly gives a reader beside a running host, and makes and migrates nothing", () => {
    const path = savedDatabase();
    using host = openStore(path);
    using store = openStore(path, { readonly: true });
    createConversation(host.writer, { title: "new" });
    expect(listConversations(store.reader)).toHaveLength(2);
    expect("writer" in store).toBe(false);
    const missing = join(freshFolder(), "none.db");
    expect(() => openStore(missing, { readonly: true })).toThrow(unusable(missing, "There is no database yet"));
    expect(statSync(missing, { throwIfNoEntry: false })).toBeUndefined();
  });

  test("a file left empty by a killed first start is filled", () => {
    const path = join(freshFolder(), "indoors.db");
    writeFileSync(path, "");
    using store = openStore(path);
    expect(listConversations(store.reader)).toEqual([]);
  });
});

test("a first start killed before WAL was on leaves a journal; the next start rolls it back", () => {
  const folder = freshFolder();
  const path = join(folder, "indoors.db");
  const database = connect(join(folder, "other.db"), {});
  // A cache of one page makes SQLite write in the middle of the transaction, so the journal is needed.
  database.exec("CREATE TABLE a (x TEXT); DROP TABLE a; PRAGMA cache_size = 1; BEGIN; CREATE TABLE b (x TEXT)");
  for (let row = 0; row < 200; row++) database.prepare("INSERT INTO b VALUES (?)").run("x".repeat(1000));
  for (const suffix of ["", "-journal"]) copyFileSync(`${database.name}${suffix}`, `${path}${suffix}`);
  database.close();
  expect(() => openStore(path, { readonly: true })).toThrow(unusable(path, "Making it was interrupted"));
  using store = openStore(path);
  expect(listConversations(store.reader)).toEqual([]);
  expect(store.reader.get("SELECT name FROM sqlite_schema WHERE name = 'b'")).toBeUndefined();
});

describe("openStore refuses, and leaves the file as it was:", () => {
  test("a database from a newer version", () => {
    const path = savedDatabase();
    const database = connect(path, {});
    database.pragma(`user_version = ${latestVersion + 6}`);
    database.close();
    refusedUntouched(
      path,
      `newer Indoors (database version ${latestVersion + 6}; this one knows up to ${latestVersion})`,
      "Install the newer Indoors",
    );
  });

  test("a database of another program", () => {
    const path = join(freshFolder(), "other.db");
    const database = connect(path, {});
    database.exec("CREATE TABLE notes (text TEXT)");
    database.close();
    refusedUntouched(path, "is not an Indoors database", "--data DIR");
  });

  test("a file that is no database", () => {
    const path = join(freshFolder(), "letter.db");
    writeFileSync(path, "Dear Sir or Madam, ".repeat(300));
    refusedUntouched(path, "is not an Indoors database", "--data DIR");
  });

  test("a database with one damaged page that only quick_check reads", () => {
    const path = savedDatabase();
    {
      using store = openStore(path);
      for (let index = 0; index < 500; index++) createConversation(store.writer, { title: `needle ${index}` });
    }
    const bytes = readFileSync(path);
    const page = Math.floor(bytes.indexOf("needle 250") / 4096);
    bytes.fill(0x5a, page * 4096, page * 4096 + 64);
    writeFileSync(path, bytes);
    refusedUntouched(path, "It is damaged (", "Nothing was changed. Restore it from a backup");
  });

  test("a database cut short", () => {
    const path = savedDatabase();
    writeFileSync(path, readFileSync(path).subarray(0, 4096 * 3 + 100));
    refusedUntouched(path, "It is damaged", "Restore it from a backup");
  });

  test("a folder where the file should be, and a folder that is not there", () => {
    const folder = freshFolder();
    mkdirSync(join(folder, "indoors.db"));
    expect(() => openStore(join(folder, "indoors.db"))).toThrow(unusable("It is not a file"));
    expect(() => openStore(join(folder, "none", "indoors.db"))).toThrow(unusable("Its folder does not exist"));
    expect(() => openStore(join(folder, "none", "indoors.db"), { readonly: true })).toThrow(
      unusable("no database yet"),
    );
  });

  test("a file and a folder that may not be written", () => {
    const path = savedDatabase();
    const folder = dirname(path);
    const before = readFileSync(path);
    // Root may write anything, so as root the attempt is made by `nobody`.
    const nobody = process.getuid?.() === 0 ? 65_534 : undefined;
    const attempt = () =>
      execFileSync(process.execPath, [fileURLToPath(new URL("./testing/open-once.ts", import.meta.url)), path], {
        encoding: "utf8",
        ...(nobody === undefined ? {} : { uid: nobody, gid: nobody }),
      });
    if (nobody !== undefined) for (const place of [folder, path]) chownSync(place, nobody, nobody);
    expect(attempt()).toBe("opened");
    chmodSync(path, 0o444);
    expect(attempt()).toMatch(new RegExp(`cannot be used: ${path}. Your user may not write to ${path}`));
    chmodSync(path, 0o644);
    chmodSync(folder, 0o555);
    expect(attempt()).toMatch(new RegExp(`cannot be used: ${path}. Your user may not write to ${folder}`));
    chmodSync(folder, 0o755);
    expect(readFileSync(path).subarray(100).equals(before.subarray(100))).toBe(true);
  });
});

describe("Reader and Writer", () => {
  test("a reader where a writer is asked for is a type error, and does nothing", () => {
    const { reader, writer } = freshStore();
    // @ts-expect-error a Reader is not a Writer
    expect(() => setSetting(reader, "theme", "dark")).toThrow(TypeError);
    // @ts-expect-error a Reader has no transaction
    expect(reader.transaction).toBeUndefined();
    const asReader: Reader = writer;
    // @ts-expect-error nor does a Writer that was passed on as a Reader come back as one
    const back: Writer = asReader;
    expect(back).toBe(writer);
  });

  test("a statement that writes is refused where only reading is meant, on either connection", () => {
    const { reader, writer } = freshStore();
    const sql = "INSERT INTO settings (key, value, updated_at) VALUES ('a', '1', '') RETURNING key";
    expect(() => reader.get(sql)).toThrow("a statement that writes was given to a reader");
    expect(() => writer.all(sql)).toThrow("a statement that writes was given to a reader");
    expect(reader.all("SELECT * FROM settings")).toEqual([]);
  });

  test("a transaction that throws leaves nothing, and an inner one can fail on its own", () => {
    const { reader, writer } = freshStore();
    expect(() =>
      writer.transaction(() => {
        setSetting(writer, "lost", 1);
        fail();
      }),
    ).toThrow("stop");
    writer.transaction(() => {
      setSetting(writer, "outer", 1);
      expect(() =>
        writer.transaction(() => {
          setSetting(writer, "inner", 1);
          fail();
        }),
      ).toThrow("stop");
    });
    expect(reader.all("SELECT key FROM settings")).toEqual([{ key: "outer" }]);
  });
});

test("a full disk is said in words, and what was stored stays", () => {
  const { reader, writer } = freshStore();
  createConversation(writer, { title: "kept" });
  // SQLite's own limit on the file gives the same result code as a full disk.
  writer.returning("PRAGMA max_page_count = 1");
  const title = "x".repeat(1000);
  expect(() => {
    for (let count = 0; count < 1000; count++) createConversation(writer, { title });
  }).toThrow(unusable(reader.path, "The disk is full. Free some space"));
  expect(listConversations(reader).at(-1)?.title).toBe("kept");
});

test("an old Node is refused in words before the library could end the process", () => {
  expect(() => requireRuntime({ node: "20.20.2", napi: "9" })).toThrow(unusable("Node 20.20.2", "22.14", "npm start"));
  expect(() => requireRuntime({ node: "18.0.0" })).toThrow(unusable("Node 18.0.0"));
  expect(() => requireRuntime({ node: "24.0.0", napi: "10" })).not.toThrow();
});
