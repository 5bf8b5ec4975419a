import { IndoorsError } from "../shared/errors.ts";
import type { CsvTable } from "./csv/csv-table.ts";
import { decimalMarkOf, parseDecimal, compareDecimals } from "./csv/decimal.ts";
import { columnList, findColumn } from "./csv/find-column.ts";
import { ownCopy } from "./csv/own-copy.ts";
import { newTally, type Tally } from "./csv/tally.ts";
import { defineTool } from "./definition.ts";
import { fold } from "./fold.ts";
import { openInGrant, resolveInGrants } from "./grant-path.ts";
import { neutraliseLine } from "./neutralise.ts";
import { tableText } from "./table-text.ts";
import { binaryKind } from "./text-file.ts";

const largestFile = 200_000_000;
const mostGroups = 10_000;
const keptRows = 50;
const mostCharacters = 3500;

/** Answers a question about a table in a text file, reading it once from beginning to end. */
export const queryCsv = defineTool({
  spec: {
    name: "query_csv",
    description: "Counts, sums and averages a column of a CSV table, or shows its rows.",
    arguments: {
      file: { kind: "path", of: "file", endings: [".csv", ".tsv", ".tab", ".psv"], description: "The CSV file." },
      operation: {
        kind: "choice",
        values: ["rows", "count", "sum", "average", "minimum", "maximum", "distinct"],
        description: "What to work out.",
      },
      column: { kind: "column", description: "The column to work on.", optional: true },
      where_column: { kind: "column", description: "The column to choose rows by.", optional: true },
      where_is: { kind: "span", description: "What stands in where_column in the rows to take.", optional: true },
      group_by: { kind: "column", description: "One result for each value of this column.", optional: true },
    },
    needs: ["grants"],
    effect: "read",
  },
  limits: { wallMs: 60_000, heapMb: 384, outputCharacters: 100_000 },
  prepare: () => import("./csv/csv-table.ts"),
  async run(
    { file: asked, operation, column, where_column: whereColumn, where_is: whereIs, group_by: groupBy },
    context,
  ) {
    const { openCsvTable, readCsvRows } = await import("./csv/csv-table.ts");
    const found = await resolveInGrants(context.grants, asked, "file");
    const shown = neutraliseLine(found.shown);
    await using file = await openInGrant(found.root, found.path, found.shown);
    await refuseUnlessTable(file, found.path, shown);
    const table = await openCsvTable(file, shown);
    if (operation !== "rows" && operation !== "count" && column === undefined) {
      throw new IndoorsError(
        "input.invalid",
        `'${operation}' needs a column. The columns of '${shown}' are: ${columnList(table.columns)}.`,
      );
    }
    if ((whereColumn === undefined) !== (whereIs === undefined)) {
      throw new IndoorsError(
        "input.invalid",
        `where_column and where_is belong together. The columns of '${shown}' are: ${columnList(table.columns)}.`,
      );
    }
    const query: Query = {
      table,
      operation,
      column: column === undefined ? undefined : findColumn(table.columns, column),
      groupBy: groupBy === undefined ? undefined : findColumn(table.columns, groupBy),
      matches: filterOf(table, whereColumn, whereIs),
      filter:
        whereColumn === undefined ? "" : ` where ${neutraliseLine(whereColumn)} is ${neutraliseLine(whereIs ?? "")}`,
    };
    const answer = answerOf(query);
    let matching = 0;
    const onRow = (row: readonly string[]) => {
      if (!query.matches(row)) return;
      matching += 1;
      answer.add(row);
    };
    const total = await readCsvRows(file, table, shown, onRow, context.signal);
    const where = query.filter === "" ? "" : `, ${matching} of them${query.filter}`;
    const head = `${shown} has ${total} rows${where}. Columns: ${columnList(table.columns)}.`;
    const { text, data, truncated } = answer.end(matching);
    return { ok: true, text: `${head}\n${text}`, data: { ...data, totalRows: total, rows: matching }, truncated };
  },
});

interface Query {
  readonly table: CsvTable;
  readonly operation: "rows" | "count" | "sum" | "average" | "minimum" | "maximum" | "distinct";
  readonly column: number | undefined;
  readonly groupBy: number | undefined;
  readonly matches: (row: readonly string[]) => boolean;
  readonly filter: string;
}

/** Takes the rows that match, and says what they come to. */
interface Answer {
  add(row: readonly string[]): void;
  end(rows: number): { readonly text: string; readonly data: Record<string, unknown>; readonly truncated: boolean };
}

function answerOf(query: Query): Answer {
  if (query.operation === "rows") return someRows(query);
  if (query.operation === "distinct") return grouped(query, query.column ?? 0, () => newTally("count", "."));
  const mark = markOf(query);
  const { operation } = query;
  if (query.groupBy !== undefined) return grouped(query, query.groupBy, () => newTally(operation, mark));
  return single(query, newTally(operation, mark));
}

/** How the column writes its numbers. A table that has ; between its cells has it because of decimal commas. */
function markOf({ table, column }: Query): "." | "," {
  const cells = column === undefined ? [] : table.sample.map((row) => row[column] ?? "");
  return decimalMarkOf(cells) ?? (table.delimiter === ";" ? "," : ".");
}

function someRows({ table, column }: Query): Answer {
  const kept: (readonly string[])[] = [];
  const columns = column === undefined ? table.columns : [table.columns[column] ?? ""];
  return {
    add(row) {
      if (kept.length < keptRows) kept.push((column === undefined ? row : [row[column] ?? ""]).map(ownCopy));
    },
    end(rows) {
      const { text, shown } = tableText(columns, kept, mostCharacters);
      const more = rows - shown;
      return {
        text: more > 0 ? `${text}\n[truncated, ${more} more rows]` : text,
        data: { columns, values: kept.slice(0, shown) },
        truncated: more > 0,
      };
    },
  };
}

function single({ table, operation, column }: Query, tally: Tally): Answer {
  const name = column === undefined ? "rows" : neutraliseLine(table.columns[column] ?? "");
  return {
    add(row) {
      tally.add(column === undefined ? "row" : (row[column] ?? ""), row);
    },
    end() {
      const result = tally.result();
      if (result === undefined) throw noNumbers(name, table);
      const row =
        result.row === null ? "" : `\nIt is in this row:\n${tableText(table.columns, [result.row], 1500).text}`;
      const text = `${operation} of ${name} = ${result.value}${countNote(operation, tally)}${row}`;
      return { text, data: { value: result.value, used: tally.used, left: tally.left }, truncated: false };
    },
  };
}

function grouped({ table, operation, column }: Query, groupBy: number, newOne: () => Tally): Answer {
  const groups = new Map<string, { readonly name: string; readonly tally: Tally }>();
  const isDistinct = operation === "distinct";
  const name = neutraliseLine(table.columns[groupBy] ?? "");
  return {
    add(row) {
      const value = (row[groupBy] ?? "").trim();
      const key = fold(value);
      let group = groups.get(key);
      if (group === undefined) {
        if (groups.size >= mostGroups) {
          throw new IndoorsError(
            "tool.limit",
            `'${name}' has more than ${mostGroups} different values. Choose another column, or fewer rows with where_column.`,
            { limit: "groups" },
          );
        }
        group = { name: ownCopy(value.slice(0, 200)), tally: newOne() };
        groups.set(ownCopy(key), group);
      }
      group.tally.add(isDistinct || column === undefined ? "row" : (row[column] ?? ""), row);
    },
    end() {
      const results = [...groups.values()].flatMap((group) => {
        const result = group.tally.result();
        return result === undefined ? [] : [[group.name, result.value] as const];
      });
      if (results.length === 0 && groups.size > 0) throw noNumbers(table.columns[column ?? 0] ?? "", table);
      const largestFirst = results.toSorted(([, one], [, other]) => -compareFigures(one, other));
      const of = column === undefined || isDistinct ? "rows" : `${operation} of ${table.columns[column] ?? ""}`;
      const { text, shown } = tableText([table.columns[groupBy] ?? "", of], largestFirst, mostCharacters);
      const more = largestFirst.length - shown;
      const left = [...groups.values()].reduce((sum, group) => sum + group.tally.left, 0);
      const lines = [
        `${name} has ${results.length} different values:`,
        text,
        ...(more > 0 ? [`[truncated, ${more} more]`] : []),
        ...(left > 0 ? [`${cellsLeft(left)}.`] : []),
      ];
      return { text: lines.join("\n"), data: { values: largestFirst.slice(0, shown) }, truncated: more > 0 };
    },
  };
}

function compareFigures(one: string, other: string): number {
  const [a, b] = [parseDecimal(one, "."), parseDecimal(other, ".")];
  if (a !== undefined && b !== undefined) return compareDecimals(a, b);
  return one < other ? -1 : Number(one > other);
}

function countNote(operation: string, { used, left }: Tally): string {
  if (operation === "count") return "";
  const numbers = `${used} ${used === 1 ? "number" : "numbers"}`;
  return ` (${numbers}${left > 0 ? `; ${cellsLeft(left)}` : ""})`;
}

function cellsLeft(left: number): string {
  return left === 1 ? "1 cell is no number and was left out" : `${left} cells are no numbers and were left out`;
}

function filterOf(table: CsvTable, column: string | undefined, value: string | undefined): Query["matches"] {
  if (column === undefined || value === undefined) return () => true;
  const at = findColumn(table.columns, column);
  const wanted = fold(value).trim();
  const mark = decimalMarkOf(table.sample.map((row) => row[at] ?? "")) ?? (table.delimiter === ";" ? "," : ".");
  const number = parseDecimal(value, ".") ?? parseDecimal(value, mark);
  return (row) => {
    const cell = row[at] ?? "";
    if (fold(cell).trim() === wanted) return true;
    if (number === undefined) return false;
    const there = parseDecimal(cell, mark);
    return there !== undefined && compareDecimals(there, number) === 0;
  };
}

function noNumbers(column: string, table: CsvTable): IndoorsError {
  return new IndoorsError(
    "input.invalid",
    `There is no number in '${neutraliseLine(column)}' among these rows. The columns are: ${columnList(table.columns)}.`,
  );
}

async function refuseUnlessTable(
  file: Awaited<ReturnType<typeof openInGrant>>,
  path: string,
  shown: string,
): Promise<void> {
  const { size } = await file.stat();
  if (size > largestFile) {
    throw new IndoorsError(
      "tool.limit",
      `'${shown}' cannot be read as a table. It has ${Math.round(size / 1e6)} MB; this version reads tables up to ${largestFile / 1e6} MB.`,
      { limit: "bytes" },
    );
  }
  const head = new Uint8Array(8192);
  const { bytesRead } = await file.read(head, 0, head.length, 0);
  const kind = binaryKind(head.subarray(0, bytesRead), path);
  if (kind === undefined) return;
  throw new IndoorsError("file.unreadable", `'${shown}' cannot be read as a CSV table. It is ${kind}; use read_file.`);
}
