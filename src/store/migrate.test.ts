import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { connect, type RawDatabase } from "./connection.ts";
import { migrate } from "./migrate.ts";
import { applicationId, type Migration, migrations } from "./migrations/index.ts";
import { freshFolder } from "./testing/fresh-store.ts";

function emptyDatabase(): RawDatabase {
  const database = connect(join(freshFolder(), "indoors.db"), {});
  onTestFinished(() => void database.close());
  return database;
}

/** The SQL of everything that was made here; FTS5 makes its own shadow tables. */
function schema(database: RawDatabase): string[] {
  return database
    .prepare(
      `SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
         AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow') ORDER BY type, name`,
    )
    .pluck()
    .all() as string[];
}

const version = (database: RawDatabase) => database.pragma("user_version", { simple: true });

/** The next migration, which makes `conversations` anew with those rows that `rows` chooses. */
function rebuild(rows: string): Migration {
  return {
    version: migrations.length + 1,
    name: "rebuild",
    up(database) {
      database.exec(`
        CREATE TABLE new_conversations (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
          created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT;
        INSERT INTO new_conversations SELECT * FROM conversations ${rows};
        DROP TABLE conversations;
        ALTER TABLE new_conversations RENAME TO conversations;
      `);
    },
  };
}

test("migrations are numbered 1, 2, 3 … in order", () => {
  expect(migrations.map((migration) => migration.version)).toEqual(migrations.map((_, index) => index + 1));
});

describe("0001 first schema", () => {
  test("makes this schema from an empty database", async () => {
    const database = emptyDatabase();
    migrate(database, migrations.slice(0, 1));
    expect(version(database)).toBe(1);
    expect(database.pragma("application_id", { simple: true })).toBe(applicationId);
    // Released migrations never change: this file changes only before the first release.
    await expect(`${schema(database).join(";\n\n")};\n`).toMatchFileSnapshot("./migrations/0001-first-schema.sql");
  });

  test("every table of ours is STRICT", () => {
    const database = emptyDatabase();
    migrate(database);
    const tables = database.pragma("table_list") as { name: string; type: string; strict: number }[];
    const ours = tables.filter((table) => table.type === "table" && !table.name.startsWith("sqlite_"));
    expect(ours.length).toBeGreaterThanOrEqual(11);
    expect(ours.filter((table) => table.strict === 0)).toEqual([]);
  });
});

describe("0002 desktop", () => {
  test("brings a database of version 1 along with everything in it", () => {
    const database = emptyDatabase();
    migrate(database, migrations.slice(0, 1));
    database.exec(`
      INSERT INTO conversations (id, title, created_at, updated_at) VALUES ('c', '', '', '');
      INSERT INTO runs (id, conversation_id, status, model, model_sha256, device, grants, created_at, updated_at)
        VALUES ('r', 'c', 'done', 'm', '00', 'auto', '[]', '', '');
      INSERT INTO recordings (id, path, name, sha256, bytes, added_at) VALUES ('a', '/a', 'a', '00', 1, '');
      INSERT INTO jobs (seq, id, kind, status, input, cursor, progress_done, progress_total, created_at, updated_at)
        VALUES (3, 'x', 'k', 'queued', '{}', 'null', 0, 0, '', ''), (7, 'y', 'k', 'queued', '{}', 'null', 0, 0, '', '');
    `);
    migrate(database, migrations.slice(0, 2));
    expect(version(database)).toBe(2);
    const column = (sql: string) => database.prepare(sql).pluck().all();
    expect(column("SELECT replaced_by FROM runs")).toEqual([null]);
    expect(column("SELECT source FROM recordings")).toEqual(["file"]);
    expect(column("SELECT position FROM jobs ORDER BY seq")).toEqual([3, 7]);
    database.pragma("foreign_keys = ON");
    expect(() => database.exec("UPDATE runs SET replaced_by = 'nobody'")).toThrow("FOREIGN KEY");
    expect(() => database.exec("UPDATE recordings SET source = 'telephone'")).toThrow("CHECK");
  });
});

describe("0003 private systems", () => {
  test("runs of before were the first agent's, asked by a person", () => {
    const database = emptyDatabase();
    migrate(database, migrations.slice(0, 2));
    database.exec(`
      INSERT INTO conversations (id, title, created_at, updated_at) VALUES ('c', '', '', '');
      INSERT INTO runs (id, conversation_id, status, model, model_sha256, device, grants, created_at, updated_at)
        VALUES ('r', 'c', 'done', 'm', '00', 'auto', '[]', '', '');
    `);
    migrate(database);
    expect(version(database)).toBe(3);
    expect(database.prepare("SELECT agent, handed_over_by, taint FROM runs").all()).toEqual([
      { agent: "assistant", handed_over_by: null, taint: "[]" },
    ]);
    expect(database.prepare("SELECT id, hand_over_to FROM agents").all()).toEqual([
      { id: "assistant", hand_over_to: "[]" },
    ]);
  });
});

describe("migrate", () => {
  test("applies each migration once", () => {
    const database = emptyDatabase();
    migrate(database);
    const before = schema(database);
    migrate(database);
    expect(schema(database)).toEqual(before);
  });

  test("a migration that fails half way leaves the version before it, whole", () => {
    const database = emptyDatabase();
    const second: Migration = {
      version: migrations.length + 1,
      name: "second",
      up: (on) => void on.exec("CREATE TABLE second (a TEXT) STRICT"),
    };
    const failing: Migration = {
      version: migrations.length + 2,
      name: "third",
      up(on) {
        on.exec("CREATE TABLE third (a TEXT) STRICT; DROP TABLE settings");
        on.exec("this is not SQL");
      },
    };
    expect(() => migrate(database, [...migrations, second, failing])).toThrow(
      expect.objectContaining({
        code: "store.unusable",
        message: expect.stringMatching(
          /updated to version 5 \(third\): .*indoors\.db\. .*syntax error\. It is as it was/,
        ),
      }),
    );
    expect(version(database)).toBe(migrations.length + 1);
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
    expect(tables).toContain("second");
    expect(tables).toContain("settings");
    expect(tables).not.toContain("third");
  });

  test("a migration may rebuild a table without losing what refers to it, and may not break a reference", () => {
    const database = emptyDatabase();
    migrate(database);
    database.pragma("foreign_keys = ON");
    database.exec(`
      INSERT INTO conversations (id, title, created_at, updated_at) VALUES ('c', '', '', '');
      INSERT INTO messages (id, conversation_id, role, text, created_at) VALUES ('m', 'c', 'user', 'hello', '');
    `);
    expect(() => migrate(database, [...migrations, rebuild("WHERE false")])).toThrow("1 rows refer to nothing");
    migrate(database, [...migrations, rebuild("")]);
    expect(database.prepare("SELECT text FROM messages").pluck().all()).toEqual(["hello"]);
  });
});
