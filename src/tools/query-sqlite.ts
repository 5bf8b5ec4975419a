import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { lstat } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { defineTool } from "./definition.ts";
import { openInGrant, resolveInGrants } from "./grant-path.ts";
import { neutraliseLine } from "./neutralise.ts";
import { tableText } from "./table-text.ts";

const mostRows = 200;
const mostTables = 60;
const mostCharacters = 3500;
const longestValue = 2000;
/** Counting rows stops here: a large table takes long to count. */
const countMs = 5_000;
const notTheNewest = "As last saved: the newest changes lie in a file beside it that cannot be read from here.";

const onlySelect = "Only SELECT statements that read this database can be run: nothing is changed or attached.";

type Value = null | number | bigint | string | Uint8Array;

/** Asks a database file. It is opened read-only, and what a statement may do is a short list. */
export const querySqlite = defineTool({
  spec: {
    name: "query_sqlite",
    description: "Queries a SQLite database, or lists its tables.",
    arguments: {
      file: {
        kind: "path",
        of: "file",
        endings: [".db", ".db3", ".sqlite", ".sqlite3"],
        description: "The database file.",
      },
      sql: {
        kind: "text",
        maxLength: 4000,
        description: "One SELECT statement. Leave it out to see the tables and their columns.",
        optional: true,
      },
    },
    needs: ["grants"],
    effect: "read",
  },
  limits: { wallMs: 20_000, heapMb: 256, outputCharacters: 200_000 },
  async run({ file, sql }, { grants }) {
    const found = await resolveInGrants(grants, file, "file");
    const shown = neutraliseLine(found.shown);
    await refuseUnlessDatabase(found.root, found.path, found.shown);
    const { database, note } = await openDatabase(found.path, shown);
    try {
      const listing = sql === undefined || sql.trim() === "";
      const { text, data, truncated } = listing ? listTables(database, shown) : await query(database, sql, shown);
      return { ok: true, text: note === "" ? text : `${text}\n(${note})`, data, truncated };
    } finally {
      database.close();
    }
  },
});

interface Answer {
  readonly text: string;
  readonly data: unknown;
  readonly truncated: boolean;
}

async function refuseUnlessDatabase(root: string, path: string, shown: string): Promise<void> {
  await using file = await openInGrant(root, path, shown);
  const head = new Uint8Array(16);
  await file.read(head, 0, 16, 0);
  if (new TextDecoder("latin1").decode(head) === "SQLite format 3\0") return;
  throw new IndoorsError(
    "file.unreadable",
    `'${neutraliseLine(shown)}' cannot be queried. It is no SQLite database, or an encrypted one.`,
  );
}

/**
 * A database whose last changes lie in a file beside it can only be read with that file, and not always from a folder
 * that is read-only. Then it is opened as it was last saved, and the note says so. Nothing is ever written beside it.
 */
async function openDatabase(path: string, shown: string): Promise<{ database: DatabaseSync; note: string }> {
  const { DatabaseSync: Database } = await import("node:sqlite");
  const hasMore = (await Promise.all([`${path}-wal`, `${path}-journal`].map(sizeOf))).some((size) => size > 0);
  const saved = pathToFileURL(path);
  saved.searchParams.set("immutable", "1");
  const tries = hasMore
    ? [
        { where: path, note: "" },
        { where: saved, note: notTheNewest },
      ]
    : [{ where: saved, note: "" }];
  let failure: unknown;
  for (const { where, note } of tries) {
    let database: DatabaseSync | undefined;
    try {
      database = new Database(where, { readOnly: true, allowExtension: false, timeout: 2000 });
      database.enableDefensive(true);
      database.exec(
        "PRAGMA query_only = 1; PRAGMA trusted_schema = 0; PRAGMA cell_size_check = 1; PRAGMA mmap_size = 0",
      );
      database.prepare("SELECT count(*) FROM sqlite_schema").get();
      return { database, note };
    } catch (error) {
      database?.close();
      failure = error;
    }
  }
  throw new IndoorsError("file.unreadable", `'${shown}' cannot be queried. SQLite says: ${said(failure)}.`);
}

async function sizeOf(path: string): Promise<number> {
  return (await lstat(path).catch(() => undefined))?.size ?? 0;
}

async function query(database: DatabaseSync, sql: string, shown: string): Promise<Answer> {
  const { constants } = await import("node:sqlite");
  const allowed: readonly number[] = [constants.SQLITE_SELECT, constants.SQLITE_READ, constants.SQLITE_RECURSIVE];
  database.setAuthorizer((action, first, name) => {
    // Full-text search asks for it itself, to know whether its index is current.
    if (action === constants.SQLITE_PRAGMA)
      return first === "data_version" ? constants.SQLITE_OK : constants.SQLITE_DENY;
    if (action === constants.SQLITE_FUNCTION) return /^load_extension$/i.test(name ?? "") ? constants.SQLITE_DENY : 0;
    return allowed.includes(action) ? constants.SQLITE_OK : constants.SQLITE_DENY;
  });
  const refused = (reason: string) => new IndoorsError("input.invalid", `The query was not run. ${reason}`);
  const rows: Value[][] = [];
  let columns: readonly string[];
  try {
    const statement = database.prepare(sql);
    if (statement.sourceSQL.trim().length < sql.trim().length - trailing(sql)) {
      throw refused("It holds more than one statement; ask one at a time.");
    }
    statement.setReadBigInts(true);
    statement.setReturnArrays(true);
    columns = statement.columns().map((column) => column.name);
    if (columns.length === 0) throw refused(onlySelect);
    for (const row of statement.iterate() as Iterable<unknown>) {
      rows.push((row as Value[]).map(bounded));
      if (rows.length > mostRows) break;
    }
  } catch (error) {
    if (error instanceof IndoorsError) throw error;
    const reason = said(error);
    if (/not authorized|authorization denied|prohibited/i.test(reason)) {
      throw refused(onlySelect);
    }
    throw refused(`SQLite says: ${reason}. Leave sql out to see the tables and columns of '${shown}'.`);
  }
  const more = rows.length > mostRows;
  const kept = rows.slice(0, mostRows);
  const { text, shown: fitting } = tableText(
    columns,
    kept.map((row) => row.map(inWords)),
    mostCharacters,
  );
  const left = kept.length - fitting;
  const lines = [
    kept.length === 0
      ? "No row matches."
      : `${kept.length}${more ? " or more" : ""} ${kept.length === 1 ? "row" : "rows"}:`,
    text,
    ...(left > 0 || more
      ? [`[truncated, ${more ? "more" : left} rows not shown; ask for less with WHERE or LIMIT]`]
      : []),
  ];
  return {
    text: lines.join("\n"),
    data: { columns, rows: kept.map((row) => row.map(inData)) },
    truncated: left > 0 || more,
  };
}

/** How much of the end is only semicolons and space. */
function trailing(sql: string): number {
  return /[;\s]*$/.exec(sql.trim())?.[0].length ?? 0;
}

function listTables(database: DatabaseSync, shown: string): Answer {
  const all = rowsOf(
    database,
    "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
  );
  const until = performance.now() + countMs;
  const tables = all.slice(0, mostTables).map(({ name, type }) => {
    const columns = columnsOf(database, String(name));
    const rows = type === "table" && performance.now() < until ? countRows(database, String(name)) : null;
    return { name: String(name), type: String(type), columns, rows };
  });
  const lines = tables.map(({ name, type, columns, rows }) => {
    const size = rows === null ? "" : `, ${rows} ${rows === "1" ? "row" : "rows"}`;
    return `${neutraliseLine(name)} (${type}${size}): ${columns.map(neutraliseLine).join(", ")}`;
  });
  const fitting = lines.findIndex((_, at) => lines.slice(0, at + 1).join("\n").length > mostCharacters);
  const listed = fitting === -1 ? lines : lines.slice(0, Math.max(1, fitting));
  const more = all.length - listed.length;
  const head = all.length === 0 ? `${shown} has no tables.` : `${shown} has these tables:`;
  const text = [
    head,
    ...listed.map((line) => line.slice(0, mostCharacters)),
    ...(more > 0 ? [`… and ${more} more.`] : []),
  ];
  return { text: text.join("\n"), data: { tables: tables.slice(0, listed.length) }, truncated: more > 0 };
}

function columnsOf(database: DatabaseSync, table: string): string[] {
  try {
    return rowsOf(database, "SELECT name, type FROM pragma_table_xinfo(?)", table).map(({ name, type }) =>
      `${String(name)} ${String(type)}`.trim(),
    );
  } catch {
    // A virtual table of a module that is not there, a view of a table that is gone.
    return [];
  }
}

function countRows(database: DatabaseSync, table: string): string | null {
  try {
    return String(rowsOf(database, `SELECT count(*) AS n FROM "${table.replaceAll('"', '""')}"`)[0]?.["n"] ?? "");
  } catch {
    return null;
  }
}

function rowsOf(database: DatabaseSync, sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] {
  return database.prepare(sql).all(...values);
}

function bounded(value: Value): Value {
  return typeof value === "string" && value.length > longestValue ? `${value.slice(0, longestValue)}…` : value;
}

function inWords(value: Value): string {
  if (value === null) return "";
  return value instanceof Uint8Array ? `<${value.length} bytes>` : String(value);
}

/** JSON has no large whole numbers and no bytes. */
function inData(value: Value): string | number | null {
  if (value === null || typeof value === "number" || typeof value === "string") return value;
  if (typeof value !== "bigint") return inWords(value);
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

function said(error: unknown): string {
  return neutraliseLine(messageOf(error)).slice(0, 300);
}
