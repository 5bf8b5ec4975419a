import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { AuditDatabase } from "./audit-database.ts";
import { exportLog } from "./export-log.ts";
import { entry, logFolder } from "./testing/test-log.ts";

let folder: ReturnType<typeof logFolder>;
let out: ReturnType<typeof logFolder>;
let database: AuditDatabase;
beforeEach(() => {
  folder = logFolder();
  out = logFolder();
  database = new AuditDatabase({ folder: folder.path, session: "one" });
});
afterEach(() => {
  database.close();
  folder[Symbol.dispose]();
  out[Symbol.dispose]();
});

const hostile = '=HYPERLINK("x")<script>alert(1)</script>\u001b[31m\u202e"\n,';

it("csv: one line a row, nothing a spreadsheet computes, nothing a terminal obeys", async () => {
  for (const subject of [hostile, "+1", "-1", "@sum", "\t=1", "plain"]) {
    database.append([{ phase: "event", entry: entry({ subject }) }]);
  }
  const file = join(out.path, "log.csv");
  expect(await exportLog(database.file, "csv", file)).toBe(6);
  const text = readFileSync(file, "utf8");
  const lines = text.split("\r\n");
  expect(lines).toHaveLength(8);
  expect(text).not.toMatch(/"[=+\-@]/);
  for (const obeyed of ["\u001b", "\u202e", "\t"]) expect(text).not.toContain(obeyed);
  expect(lines[6]).toContain('"plain"');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it("html: one file, without anything that runs or loads", async () => {
  database.append([{ phase: "event", entry: entry({ subject: hostile, facts: { "<b>": "</td><img src=x>" } }) }]);
  const file = join(out.path, "log.html");
  await exportLog(database.file, "html", file);
  const text = readFileSync(file, "utf8");
  expect(text).toContain("&lt;script&gt;");
  expect(text).not.toMatch(/<script|<img|<b>|https?:/);
  for (const obeyed of ["\u001b", "\u202e"]) expect(text).not.toContain(obeyed);
  expect(text).toContain("default-src 'none'");
  expect(text.trimEnd()).toMatch(/<\/html>$/);
});

it("ndjson: every row as it is shown, over many slices", async () => {
  database.append(
    Array.from({ length: 1234 }, () => ({ phase: "event", entry: entry({ subject: hostile }) }) as const),
  );
  const file = join(out.path, "log.ndjson");
  expect(await exportLog(database.file, "ndjson", file)).toBe(1234);
  const rows = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { seq: number; subject: string });
  expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 1234 }, (_, index) => index + 1));
  expect(rows[5]?.subject).toBe(hostile);
});

it("does not write beside the log, and leaves nothing half-written", async () => {
  database.append(Array.from({ length: 2000 }, () => ({ phase: "event", entry: entry() }) as const));
  await expect(exportLog(database.file, "csv", join(folder.path, "audit.key"))).rejects.toMatchObject({
    code: "input.invalid",
  });
  await expect(exportLog(database.file, "csv", join(out.path, "no", "log.csv"))).rejects.toMatchObject({
    code: "file.unreadable",
  });
  const stop = new AbortController();
  const file = join(out.path, "log.csv");
  const writing = exportLog(database.file, "csv", file, stop.signal);
  stop.abort();
  await expect(writing).rejects.toMatchObject({ code: "cancelled" });
  expect([file, `${file}.part`].map((path) => existsSync(path))).toEqual([false, false]);
});
