import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeAnchor } from "./anchor.ts";
import { AnchorWriter } from "./anchor-writer.ts";
import { AuditDatabase } from "./audit-database.ts";
import { entry, fillLog, logFolder } from "./testing/test-log.ts";
import { LogReader } from "./read-log.ts";
import { verifyLog } from "./verify-log.ts";

let folder: ReturnType<typeof logFolder>;
let at = { wall: Date.UTC(2026, 10, 23), mono: 1000 };
let database: AuditDatabase;
beforeEach(() => {
  folder = logFolder();
  at = { wall: Date.UTC(2026, 10, 23), mono: 1000 };
  database = new AuditDatabase({ folder: folder.path, session: "one", now: () => at });
});
afterEach(() => {
  database.close();
  folder[Symbol.dispose]();
});
const one = () => database.append([{ phase: "event", entry: entry() }]);
const anchorNow = (logId = database.origin.log_id) =>
  JSON.stringify(makeAnchor({ logId, ...database.head(), time: "2026-11-23T00:00:00.000Z" }, database.keys.anchor));
const verify = (anchors?: string) =>
  verifyLog({ file: database.file, key: database.keys.mac, anchors, publicKey: database.keys.anchorPublic });
const kinds = async (anchors?: string) => (await verify(anchors)).findings.map(({ kind, seq }) => [kind, seq]);

describe("what is reported", () => {
  it("an untouched log is intact, with and without anchors; an anchor vouches up to its row", async () => {
    fillLog(database, 60);
    const anchors = anchorNow();
    expect(await verify()).toMatchObject({
      intact: true,
      rows: 60,
      warnings: [{ kind: "unanchored" }],
      anchoredTo: null,
    });
    expect(await verify(anchors)).toMatchObject({ intact: true, rows: 60, warnings: [], anchors: 1, anchoredTo: 60 });
  });

  it("one changed row is one finding, at its number", async () => {
    fillLog(database, 60);
    tamper("UPDATE log SET subject = 'x' WHERE seq = 30");
    const report = await verify();
    expect(report).toMatchObject({ intact: false, findingCount: 1, findings: [{ kind: "digest", seq: 30 }] });
    expect(report.warnings).toContainEqual(expect.objectContaining({ kind: "triggers-missing" }));
  });

  it("a row that was made unreadable is listed as it is", async () => {
    fillLog(database, 3);
    tamper("UPDATE log SET facts = 'none', content = '[1]', action = 'new.thing' WHERE seq = 2");
    using reader = new LogReader(database.file);
    expect(reader.find({ action: null, runId: null, since: null, limit: 2 })).toMatchObject([
      { seq: 2, action: "new.thing", facts: { unreadable: "none" }, content: { unreadable: "[1]" } },
      { seq: 3 },
    ]);
  });

  it("an anchor of another log, a wrong signature, a line that is none, and an empty file are findings", async () => {
    one();
    expect(await kinds(anchorNow("another"))).toEqual([["other-log", 1]]);
    expect(await kinds(anchorNow().replace('"seq":1', '"seq":2'))).toEqual([["anchor", 2]]);
    expect(await kinds("nonsense")).toEqual([["anchor", null]]);
    expect(await kinds("")).toEqual([["anchor", null]]);
  });

  it("a file that is no log is a finding, not an error", async () => {
    const file = join(folder.path, "none");
    writeFileSync(file, "nothing".repeat(1000));
    expect(await verifyLog({ file })).toMatchObject({ intact: false, findings: [{ kind: "unreadable" }] });
    expect(await verifyLog({ file: join(folder.path, "missing") })).toMatchObject({ intact: false });
  });

  it("a clock that goes back or is set is a warning", async () => {
    one();
    at = { wall: at.wall + 5000, mono: at.mono + 5000 };
    one();
    at = { wall: at.wall - 3_600_000, mono: at.mono + 10 };
    one();
    at = { wall: at.wall + 7_200_000, mono: at.mono + 10 };
    one();
    const report = await verify(anchorNow());
    expect(report.intact).toBe(true);
    expect(report.warnings.map(({ kind, seq }) => [kind, seq])).toEqual([
      ["clock-back", 3],
      ["clock-set", 4],
    ]);
  });
});

describe("anchors that are written by themselves", () => {
  it("after a hundred rows and at the end, to the chosen file; one that cannot be written is said and recorded", async () => {
    const warnings: string[] = [];
    using writer = new AnchorWriter(database, (text) => warnings.push(text));
    const file = join(folder.path, "stick.txt");
    await writer.load();
    await writer.setFile(file);
    one();
    writer.added(99);
    expect(() => readFileSync(file)).toThrow(/ENOENT/);
    writer.added(1);
    await expect.poll(() => readFileSync(file, "utf8").trim().split("\n")).toHaveLength(1);
    await writer.write("interval");
    expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(1);
    one();
    writer.added(1);
    await writer.write("end");
    expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(2);
    expect(await verify(readFileSync(file, "utf8"))).toMatchObject({ intact: true, anchors: 2, warnings: [] });
    expect(warnings).toEqual([]);

    await writer.setFile(join(folder.path, "gone", "stick.txt"));
    writer.added(1);
    await writer.write("end");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/anchor was not written.*gone.*audit anchors --file/s);
    const raw = new DatabaseSync(database.file);
    expect(raw.prepare("SELECT facts FROM log ORDER BY seq DESC LIMIT 1").get()).toEqual({
      facts: '{"reason":"end","result":"failed"}',
    });
    raw.close();
  });

  it("the setting outlives a restart; one that cannot be read is said", async () => {
    const warnings: string[] = [];
    {
      using writer = new AnchorWriter(database, (text) => warnings.push(text));
      await writer.setFile("/some/where");
    }
    using again = new AnchorWriter(database, (text) => warnings.push(text));
    await again.load();
    expect(again.file).toBe("/some/where");
    expect(warnings).toEqual([]);
    appendFileSync(join(folder.path, "anchor.json"), "{");
    await again.load();
    expect(warnings).toHaveLength(1);
  });
});

function tamper(sql: string): void {
  const raw = new DatabaseSync(database.file);
  for (const { name } of raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()) {
    raw.exec(`DROP TRIGGER ${String(name)}`);
  }
  raw.exec(sql);
  raw.close();
}
