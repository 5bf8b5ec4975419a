import { closeSync, mkdtempSync, openSync, realpathSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkArguments } from "../shared/argument-schema.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { Grant, ToolOutcome } from "../shared/tool.ts";
import { queryCsv } from "./query-csv.ts";
import { tools } from "./registry.ts";
import { canSeal, openHere } from "./sandbox/testing/machine.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";
import { plainSandbox } from "./testing/plain-sandbox.ts";
import { openToolLauncher, type ToolLauncher } from "./tool-launcher.ts";

let folder = "";
let grants: Grant[] = [];
let sandbox: Sandbox;
let launcher: ToolLauncher;
const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-csv-test-")));
  grants = [{ name: "t", path: folder, mode: "ro" }];
  sandbox = canSeal ? await openHere() : plainSandbox();
  launcher = openToolLauncher({
    sandbox,
    nodePath: process.execPath,
    weights: { ocr: null },
    onFault: (fault, where) => console.warn(where, fault),
    poolSize: 0,
    tools,
  });
  put(
    "staff.csv",
    'Name,City,"Monthly Salary",Since\n"Müller, Eva",Berlin,"4,200.10",2020-05-01\nAda,Paris,0.1,2019-01-31\nBob,berlin,0.2,2021-02-03\nCy,Rome,n/a,\n\n',
  );
  put("german.csv", Buffer.from("Stadt;Umsatz\r\nKöln;1.234,50\r\nMünchen;2,25\r\nKöln;1.000\r\n", "latin1"));
  put("utf16.csv", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from("Größe\tn\nä\t1\nö\t2\n", "utf16le")]));
  put("excel.csv", "sep=|\na|b\nx,y|3\n");
  put("bare.csv", "1,2026-01-01,5\n2,2026-01-02,7\n");
  put("hostile.csv", 'a,b\n"x|\u001b[31m\u202e ""q""\nline two",2\n');
  put("empty.csv", "");
  put("a.png", Buffer.from("\x89PNG....", "latin1"));
  put("ids.csv", `id\n${Array.from({ length: 10_050 }, (_, at) => `v${at}`).join("\n")}\n`);
});
afterAll(async () => {
  await launcher.dispose();
  await sandbox.dispose();
  rmSync(folder, { recursive: true });
});

/** In this process: what the tool itself does. */
async function ask(file: string, operation: string, more: Record<string, unknown> = {}): Promise<ToolOutcome> {
  const call = { file: `t/${file}`, operation, ...more };
  const checked = checkArguments(queryCsv.spec.arguments, call);
  if (!checked.ok) throw new Error(checked.message);
  const broker = { call: () => Promise.reject(new Error("not asked for")) };
  const context = { grants, today: "2026-11-23", broker, signal: new AbortController().signal, weights: { ocr: null } };
  return await queryCsv.run(checked.arguments, context).catch((error: unknown) => {
    if (!(error instanceof IndoorsError)) throw error;
    return { ok: false, code: error.code, text: error.message } as const;
  });
}

/** As the host runs it. */
async function askWorker(file: string, operation: string, more: Record<string, unknown> = {}) {
  const { outcome } = await launcher.launch({
    call: { id: "1", tool: "query_csv", arguments: { file: `t/${file}`, operation, ...more } },
    grants,
    today: "2026-11-23",
    broker: { searchTranscripts: () => ({ hits: [] }) },
    signal: new AbortController().signal,
  });
  return outcome;
}

describe("query_csv", () => {
  it("shows rows as a table", async () => {
    expect((await ask("staff.csv", "rows")).text).toBe(
      "t/staff.csv has 4 rows. Columns: Name, City, Monthly Salary, Since.\n" +
        "| Name | City | Monthly Salary | Since |\n| --- | --- | --- | --- |\n" +
        "| Müller, Eva | Berlin | 4,200.10 | 2020-05-01 |\n| Ada | Paris | 0.1 | 2019-01-31 |\n" +
        "| Bob | berlin | 0.2 | 2021-02-03 |\n| Cy | Rome | n/a |  |",
    );
  });

  it.each([
    [
      "sum",
      { column: "monthly salary" },
      "sum of Monthly Salary = 4200.4 (3 numbers; 1 cell is no number and was left out",
    ],
    ["average", { column: "MonthlySalary" }, "average of Monthly Salary = 1400.133333 (3 numbers"],
    ["maximum", { column: "Monthly Salary" }, "maximum of Monthly Salary = 4200.1 (3 numbers"],
    ["minimum", { column: "since" }, "minimum of Since = 2019-01-31"],
    ["count", {}, "count of rows = 4"],
    ["count", { column: "Since" }, "count of Since = 3"],
    ["count", { where_column: "city", where_is: "BERLIN" }, "count of rows = 2"],
    ["sum", { column: "Monthly Salary", where_column: "city", where_is: "berlin" }, "= 4200.3 (2 numbers)"],
    ["count", { where_column: "Monthly Salary", where_is: "4200.10" }, "count of rows = 1"],
    ["distinct", { column: "City" }, "City has 3 different values:\n| City | rows |\n| --- | --- |\n| Berlin | 2 |"],
    ["sum", { column: "Monthly Salary", group_by: "City" }, "| Berlin | 4200.3 |\n| Paris | 0.1 |"],
  ])("works out %s %j", async (operation, more, expected) => {
    const outcome = await ask("staff.csv", operation, more);
    expect(outcome).toMatchObject({ ok: true });
    expect(outcome.text).toContain(expected);
  });

  it("names the row of a maximum", async () => {
    expect((await ask("staff.csv", "maximum", { column: "Monthly Salary" })).text).toContain(
      "| Müller, Eva | Berlin |",
    );
  });

  it.each([
    ["german.csv", "sum", { column: "umsatz" }, "sum of Umsatz = 2236.75 (3 numbers)"],
    ["german.csv", "distinct", { column: "Stadt" }, "| Köln | 2 |"],
    ["utf16.csv", "sum", { column: "n", where_column: "Grosse", where_is: "ö" }, undefined],
    ["utf16.csv", "sum", { column: "n", where_column: "größe", where_is: "ö" }, "sum of n = 2"],
    ["excel.csv", "sum", { column: "b" }, "sum of b = 3"],
    ["bare.csv", "sum", { column: "column 3" }, "sum of column 3 = 12"],
    ["bare.csv", "count", {}, "has 2 rows"],
  ])("reads %s as it is written: %s %j", async (file, operation, more, expected) => {
    const outcome = await ask(file, operation, more);
    expect(outcome.ok).toBe(expected !== undefined);
    expect(outcome.text).toContain(expected ?? "There is no column 'Grosse'. The columns are: Größe, n.");
  });

  it.each([
    ["staff.csv", "sum", { column: "Wage" }, "The columns are: Name, City, Monthly Salary, Since."],
    ["staff.csv", "sum", {}, "'sum' needs a column"],
    ["staff.csv", "sum", { column: "Name" }, "There is no number in 'Name'"],
    ["staff.csv", "count", { where_column: "City" }, "belong together"],
    ["empty.csv", "rows", {}, "There is no row in it"],
    ["a.png", "rows", {}, "It is an image"],
    ["ids.csv", "distinct", { column: "id" }, "more than 10000 different values"],
  ])("says what is wrong: %s %s %j", async (file, operation, more, expected) => {
    const outcome = await ask(file, operation, more);
    expect(outcome.ok).toBe(false);
    expect(outcome.text).toContain(expected);
  });

  it("lets no cell break the table or reach a terminal", async () => {
    const { text } = await askWorker("hostile.csv", "rows");
    expect(text).toContain('| x\\|␛[31m\ufffd "q" line two | 2 |');
  });

  it("cuts long answers and says so", async () => {
    const outcome = await ask("ids.csv", "rows");
    expect(outcome).toMatchObject({ ok: true, truncated: true });
    expect(outcome.text).toContain("[truncated, 10000 more rows]");
  });
});

describe("query_csv within its limits", () => {
  it("reads a table that is far larger than its memory for one chunk", async () => {
    const file = openSync(join(folder, "big.csv"), "w");
    writeSync(file, "n,text\n");
    for (let at = 0; at < 40; at += 1) writeSync(file, '1.01,"some words, and more"\n'.repeat(10_000));
    closeSync(file);
    expect((await askWorker("big.csv", "sum", { column: "n" })).text).toContain("sum of n = 404000 (400000 numbers)");
  });

  it("gives up on a quote that is never closed", async () => {
    put("open.csv", `a,b\n1,2\n3,"${"x,\n".repeat(4_000_000)}`);
    const outcome = await askWorker("open.csv", "count");
    expect(outcome).toMatchObject({ ok: false, code: "file.unreadable" });
    expect(outcome.text).toContain("a row does not end");
  });

  it("refuses a table of 2 GB at once", async () => {
    const file = openSync(join(folder, "huge.csv"), "w");
    writeSync(file, "a,b\n1,2\n", 0);
    writeSync(file, "3,4\n", 2_000_000_000);
    closeSync(file);
    expect(await askWorker("huge.csv", "count")).toMatchObject({ ok: false, code: "tool.limit" });
  });
});
