import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IndoorsError } from "../../shared/errors.ts";
import { AuditDatabase } from "./audit-database.ts";
import { contentHash, type StoredRow } from "./chain.ts";
import { auditTriggers } from "./schema.ts";
import { agent, entry, logFolder } from "./testing/test-log.ts";
import { verifyLog } from "./verify-log.ts";

let folder: ReturnType<typeof logFolder>;
let database: AuditDatabase;
beforeEach(() => {
  folder = logFolder();
  database = new AuditDatabase({ folder: folder.path, session: "one" });
});
afterEach(() => {
  database.close();
  folder[Symbol.dispose]();
});

const rowsOf = (file = database.file) => {
  const raw = new DatabaseSync(file);
  const rows = raw.prepare("SELECT * FROM log ORDER BY seq").all() as unknown as StoredRow[];
  raw.close();
  return rows;
};
const verify = () => verifyLog({ file: database.file, key: database.keys.mac });

describe("rows", () => {
  it("an intent and its outcome are two rows; the outcome takes who and what from the intent", () => {
    const [id] = database.append([{ phase: "intent", entry: entry() }]);
    const outcome = { result: "ok", facts: { ms: 12 }, content: { text: "secret" } } as const;
    database.append([{ phase: "outcome", ref: String(id), outcome }]);
    const [first, second] = rowsOf();
    expect(first).toMatchObject({
      seq: 1,
      phase: "intent",
      action: "tool.call",
      facts: '{"effect":"read","level":"A"}',
    });
    expect(second).toMatchObject({ seq: 2, phase: "outcome", ref: id, subject: "read_file", actor_name: "assistant" });
    expect(JSON.parse(second!.facts)).toEqual({ ms: 12, result: "ok" });
  });

  it("facts are the same bytes in whatever order they were given", () => {
    database.append([{ phase: "event", entry: entry({ facts: { b: 1, "10": true, "9": null, a: "x" } }) }]);
    expect(rowsOf()[0]!.facts).toBe('{"10":true,"9":null,"a":"x","b":1}');
  });

  it("an outcome without intent, and a second one, are refused one by one; the rest of the batch is written", () => {
    const [id] = database.append([{ phase: "intent", entry: entry() }]);
    const outcome = { result: "ok", facts: {}, content: {} } as const;
    const results = database.append([
      { phase: "outcome", ref: "nobody", outcome },
      { phase: "outcome", ref: String(id), outcome },
      { phase: "outcome", ref: String(id), outcome },
      { phase: "event", entry: entry() },
    ]);
    expect(results.map((result) => (result instanceof IndoorsError ? result.code : "written"))).toEqual([
      ...["not-found", "written", "input.invalid", "written"],
    ]);
    expect(rowsOf()).toHaveLength(3);
  });

  it("content is nowhere in the files, only a hash that its salt confirms", async () => {
    database.append([{ phase: "event", entry: entry({ content: { arguments: "very secret words" } }) }]);
    for (const name of ["audit.sqlite", "audit.sqlite-wal"]) {
      expect(readFileSync(join(folder.path, name)).includes("very secret words")).toBe(false);
    }
    const raw = new DatabaseSync(database.file);
    const { salt } = raw.prepare("SELECT salt FROM salts").get() as { salt: Uint8Array };
    raw.close();
    const hashes = JSON.parse(rowsOf()[0]!.content) as Record<string, string>;
    expect(hashes["arguments"]).toBe(contentHash(Buffer.from(salt), "very secret words"));
  });

  it("odd text verifies: lone surrogates, NUL, emoji, line separators", async () => {
    const odd = "a\0b\ud800c\u2028d😀\u202e";
    database.append([
      { phase: "event", entry: entry({ subject: odd, facts: { [odd]: odd }, content: { [odd]: odd } }) },
    ]);
    expect(await verify()).toMatchObject({ intact: true, rows: 1 });
  });

  it("what another session left open is marked interrupted, once; what this one has open is left alone", () => {
    database.append([{ phase: "intent", entry: entry() }]);
    expect(database.markInterrupted()).toBe(0);
    database.close();
    database = new AuditDatabase({ folder: folder.path, session: "two" });
    expect(database.markInterrupted()).toBe(1);
    expect(database.markInterrupted()).toBe(0);
    expect(JSON.parse(rowsOf()[1]!.facts)).toEqual({ result: "interrupted" });
  });

  it("two writers at once make one chain: the head is read where the row is written", async () => {
    const other = new AuditDatabase({ folder: folder.path, session: "two" });
    for (let n = 0; n < 5; n++) for (const one of [database, other]) one.append([{ phase: "event", entry: entry() }]);
    other.close();
    expect(await verify()).toMatchObject({ intact: true, rows: 10 });
  });
});

describe("append-only", () => {
  const changes = [
    ["update", "UPDATE log SET subject = 'x' WHERE seq = 2"],
    ["delete", "DELETE FROM log WHERE seq = 2"],
    ["replace", "REPLACE INTO log SELECT * FROM log WHERE seq = 2"],
    [
      "replace by id",
      "REPLACE INTO log SELECT 4, id, time, mono, boot, session, actor_kind, actor_name, action, phase, ref, run_id, subject, facts, content, salt_digest, digest, mac FROM log WHERE seq = 2",
    ],
    ["upsert", "INSERT INTO log SELECT * FROM log WHERE seq = 2 ON CONFLICT (seq) DO UPDATE SET subject = 'x'"],
    [
      "gap",
      "INSERT INTO log SELECT 9, 'new', time, mono, boot, session, actor_kind, actor_name, action, phase, ref, run_id, subject, facts, content, salt_digest, digest, mac FROM log WHERE seq = 2",
    ],
    ["salt", "UPDATE salts SET salt = x'00'"],
    ["salt replaced", "REPLACE INTO salts SELECT seq, x'00' FROM salts"],
    ["origin", "UPDATE origin SET log_id = 'x'"],
    ["origin deleted", "DELETE FROM origin"],
  ] as const;
  it.each(changes)("%s is refused by a trigger, and possible without", (_what, sql) => {
    database.append(
      Array.from({ length: 3 }, () => ({ phase: "event", entry: entry({ content: { a: "b" } }) }) as const),
    );
    const raw = new DatabaseSync(database.file);
    try {
      expect(() => raw.exec(sql)).toThrow(/only grows|never changed/);
      for (const name of auditTriggers) raw.exec(`DROP TRIGGER ${name}`);
      raw.exec(sql);
    } finally {
      raw.close();
    }
  });
});

describe("erasing", () => {
  it("forgets the salts, says so in a row, leaves the chain whole; a salt that goes otherwise is noticed", async () => {
    database.append(
      Array.from({ length: 4 }, () => ({ phase: "event", entry: entry({ content: { a: "b" } }) }) as const),
    );
    const raw = new DatabaseSync(database.file);
    const { salt } = raw.prepare("SELECT salt FROM salts WHERE seq = 2").get() as { salt: Uint8Array };
    raw.close();
    expect(database.eraseContent([2, 3, 2, 99], agent)).toBe(2);
    expect(rowsOf().at(-1)).toMatchObject({ action: "log.erase", facts: '{"rows":"2,3"}' });
    expect(await verify()).toMatchObject({ intact: true, rows: 5, erased: 2 });
    for (const name of ["audit.sqlite", "audit.sqlite-wal"]) {
      expect(readFileSync(join(folder.path, name)).includes(Buffer.from(salt))).toBe(false);
    }
    const again = new DatabaseSync(database.file);
    again.exec("DELETE FROM salts WHERE seq = 1");
    again.close();
    expect((await verify()).findings).toMatchObject([{ kind: "salt-gone", seq: 1 }]);
  });
});

describe("opening", () => {
  it("keys are for their owner alone, made once, and needed for a log that is there", () => {
    for (const name of ["audit.sqlite", "audit.key", "anchor.key"]) {
      expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o600);
    }
    const key = readFileSync(join(folder.path, "audit.key"));
    database.close();
    database = new AuditDatabase({ folder: folder.path, session: "two" });
    expect(database.keys.mac.export()).toEqual(key);
    rmSync(join(folder.path, "audit.key"));
    expect(() => new AuditDatabase({ folder: folder.path, session: "three" })).toThrow(/keys cannot be used/);
  });

  it("a file that is no log is left as it is", () => {
    const place = join(folder.path, "other");
    mkdirSync(place);
    const raw = new DatabaseSync(join(place, "audit.sqlite"));
    raw.exec("CREATE TABLE mine (a); PRAGMA user_version = 3");
    raw.close();
    expect(() => new AuditDatabase({ folder: place, session: "x" })).toThrow(/not an audit log/);
    writeFileSync(
      join(place, "audit.sqlite"),
      "no database, but longer than the header of one would have to be ".repeat(4),
    );
    expect(() => new AuditDatabase({ folder: place, session: "x" })).toThrow(
      expect.objectContaining({ code: "audit.unwritable" }) as Error,
    );
  });

  const mountable = canMount();
  if (!mountable) console.warn("skipped: a full disk needs root and the right to mount one");
  it.skipIf(!mountable)("a full disk is audit.unwritable with its remedy, and goes on when there is room again", () => {
    const disk = join(folder.path, "disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=512k", "tmpfs", disk]);
    try {
      const small = new AuditDatabase({ folder: disk, session: "one" });
      const fill = join(disk, "fill");
      small.append([{ phase: "event", entry: entry() }]);
      writeFileSync(fill, "x".repeat(300_000));
      const many = () => {
        for (let n = 0; n < 2000; n++) small.append([{ phase: "event", entry: entry() }]);
      };
      expect(many).toThrow(
        expect.objectContaining({
          code: "audit.unwritable",
          message: expect.stringMatching(/disk is full\. Free/) as string,
        }) as Error,
      );
      const before = small.head().seq;
      rmSync(fill);
      small.append([{ phase: "event", entry: entry() }]);
      expect(small.head().seq).toBe(before + 1);
      small.close();
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});

function canMount(): boolean {
  using place = logFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "tmpfs", place.path], { stdio: "ignore" });
    execFileSync("umount", [place.path]);
    return true;
  } catch {
    return false;
  }
}
