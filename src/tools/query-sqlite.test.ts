import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Grant } from "../shared/tool.ts";
import { tools } from "./registry.ts";
import { canSeal, isRoot, openHere } from "./sandbox/testing/machine.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { plainSandbox } from "./testing/plain-sandbox.ts";
import { openToolLauncher, type ToolLauncher } from "./tool-launcher.ts";

let folder = "";
let grants: Grant[] = [];
let sandbox: Sandbox;
let launcher: ToolLauncher;
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-sqlite-test-")));
  grants = [{ name: "d", path: folder, mode: "ro" }];
  sandbox = canSeal ? await openHere() : plainSandbox();
  launcher = openToolLauncher({
    sandbox,
    nodePath: process.execPath,
    weights: { ocr: null },
    onFault: (fault, where) => console.warn(where, fault),
    poolSize: 1,
    tools,
  });
  const plain = new DatabaseSync(at("my shop.db"));
  plain.exec(`
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT, total REAL, note BLOB);
    INSERT INTO orders VALUES (1, 'Müller', 12.5, NULL), (2, 'Ada', 7, x'0102'), (9007199254740993, 'Big|\u001b[2J', 0, NULL);
    CREATE TABLE "odd ""name" (x); CREATE VIEW totals AS SELECT sum(total) AS sum FROM orders;
    CREATE VIRTUAL TABLE words USING fts5(text); INSERT INTO words VALUES ('the lazy dog');
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO "odd ""name" SELECT i FROM n;`);
  plain.close();
  const other = new DatabaseSync(at("other.db"));
  other.exec("CREATE TABLE secrets (s); INSERT INTO secrets VALUES ('secret')");
  other.close();
  mkdirSync(at("wal"));
  const writer = new DatabaseSync(at("wal/live.db"));
  writer.exec(
    "PRAGMA journal_mode = wal; CREATE TABLE t (x); PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (1)",
  );
  for (const name of ["whole", "alone"]) {
    mkdirSync(at(name));
    copyFileSync(at("wal/live.db"), at(`${name}/x.db`));
    copyFileSync(at("wal/live.db-wal"), at(`${name}/x.db-wal`));
  }
  copyFileSync(at("wal/live.db-shm"), at("whole/x.db-shm"));
  writer.close();
  for (const name of ["wal", "whole", "alone"]) chmodSync(at(name), 0o555);
  writeFileSync(at("text.db"), "not a database at all");
  const bytes = Buffer.alloc(8192, 7);
  bytes.write("SQLite format 3\0", "latin1");
  writeFileSync(at("broken.db"), bytes);
});
afterAll(async () => {
  await launcher.dispose();
  await sandbox.dispose();
  for (const name of ["wal", "whole", "alone"]) chmodSync(at(name), 0o755);
  rmSync(folder, { recursive: true });
});

async function ask(file: string, sql?: string) {
  const { outcome } = await launcher.launch({
    call: { id: "1", tool: "query_sqlite", arguments: { file: `d/${file}`, ...(sql === undefined ? {} : { sql }) } },
    grants,
    today: "2026-11-23",
    broker: { searchTranscripts: () => ({ hits: [] }) },
    signal: new AbortController().signal,
  });
  return outcome;
}

describe("query_sqlite", () => {
  it("lists tables, columns and rows", async () => {
    const { text } = await ask("my shop.db");
    expect(text).toContain("orders (table, 3 rows): id INTEGER, customer TEXT, total REAL, note BLOB");
    expect(text).toContain('odd "name (table, 500 rows): x');
    expect(text).toContain("totals (view): sum");
  });

  it("answers a query as a table, exact and harmless", async () => {
    const outcome = await ask("my shop.db", "SELECT id, customer, total, note FROM orders ORDER BY id;");
    expect(outcome).toMatchObject({ ok: true, truncated: false });
    expect(outcome.text).toBe(
      "3 rows:\n| id | customer | total | note |\n| --- | --- | --- | --- |\n| 1 | Müller | 12.5 |  |\n" +
        "| 2 | Ada | 7 | <2 bytes> |\n| 9007199254740993 | Big\\|␛[2J | 0 |  |",
    );
  });

  it.each([
    ["WITH a AS (SELECT 1 AS one) SELECT one, one FROM a", "| one | one |\n| --- | --- |\n| 1 | 1 |"],
    ["SELECT * FROM words WHERE words MATCH 'lazy'", "the lazy dog"],
    ["SELECT sum FROM totals", "| 19.5 |"],
    ["SELECT * FROM orders WHERE id = 77", "No row matches."],
  ])("runs %s", async (sql, expected) => expect((await ask("my shop.db", sql)).text).toContain(expected));

  it("shows at most 200 rows and says so", async () => {
    const outcome = await ask("my shop.db", 'SELECT x FROM "odd ""name"');
    expect(outcome).toMatchObject({ ok: true, truncated: true });
    expect(outcome.text).toMatch(/^200 or more rows:/);
  });
});

describe("what no statement can do", () => {
  const refused: readonly (readonly [string, string])[] = [
    ["INSERT INTO orders (customer) VALUES ('x')", "Only SELECT statements"],
    ["DROP TABLE orders", "Only SELECT statements"],
    ["ATTACH 'FOLDER/other.db' AS o", "Only SELECT statements"],
    ["SELECT load_extension('/tmp/x.so')", "Only SELECT statements"],
    ["PRAGMA writable_schema = 1", "Only SELECT statements"],
    ["SELECT * FROM pragma_database_list", "Only SELECT statements"],
    ["VACUUM INTO 'FOLDER/copy.db'", "Only SELECT statements"],
    ["CREATE TEMP TABLE t (x)", "Only SELECT statements"],
    ["SELECT 1; DROP TABLE orders", "more than one statement"],
    ["SELECT nonsense FROM orders", "no such column"],
    ["-- nothing", "The query was not run"],
  ];
  it.each(refused)("%s", async (sql, expected) => {
    const outcome = await ask("my shop.db", sql.replace("FOLDER", folder));
    expect(outcome).toMatchObject({ ok: false, code: "input.invalid" });
    expect(outcome.text).toContain(expected);
  });

  it("control: the same statements run without the tool, on a copy", () => {
    copyFileSync(at("my shop.db"), at("control.db"));
    const database = new DatabaseSync(at("control.db"));
    for (const [sql] of refused.slice(0, 1)) database.exec(sql);
    database.exec(`ATTACH '${at("other.db")}' AS o; PRAGMA writable_schema = 1; CREATE TEMP TABLE t (x)`);
    expect(database.prepare("SELECT s FROM o.secrets").all()).toMatchObject([{ s: "secret" }]);
    expect(database.prepare("SELECT name FROM pragma_database_list").all().length).toBeGreaterThan(1);
    database.close();
    rmSync(at("control.db"));
  });

  it("run for ever", async () => {
    const { outcome } = await launcher.launch({
      call: {
        id: "1",
        tool: "query_sqlite",
        arguments: {
          file: "d/my shop.db",
          sql: "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        },
      },
      grants,
      today: "2026-11-23",
      broker: { searchTranscripts: () => ({ hits: [] }) },
      signal: new AbortController().signal,
      limits: { wallMs: 1500 },
    });
    expect(outcome).toMatchObject({ ok: false, code: "tool.limit" });
  });
});

describe("databases as they are found", () => {
  it("reads one that was left in write-ahead mode, and writes nothing beside it", async () => {
    expect((await ask("wal/live.db", "SELECT count(*) AS n FROM t")).text).toContain("| 1 |");
    expect(readdirSync(at("wal"))).toEqual(["live.db"]);
  });

  it("reads the newest changes where they can be read", async () => {
    expect((await ask("whole/x.db", "SELECT count(*) AS n FROM t")).text).toContain("| 1 |");
  });

  // Root can write where it may not, unless the sandbox shows the folder read-only.
  it.skipIf(isRoot && !canSeal)("says so where they cannot", async () => {
    const { text } = await ask("alone/x.db", "SELECT count(*) AS n FROM t");
    expect(text).toContain("| 0 |");
    expect(text).toContain("As last saved");
  });

  it.each([
    ["text.db", "no SQLite database"],
    ["broken.db", "SQLite says:"],
    ["none.db", "nothing of that name"],
  ])("says what is wrong with %s", async (file, expected) => {
    const outcome = await ask(file);
    expect(outcome).toMatchObject({ ok: false, code: "file.unreadable" });
    expect(outcome.text).toContain(expected);
  });
});
