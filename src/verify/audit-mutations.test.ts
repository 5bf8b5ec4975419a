import { execFile } from "node:child_process";
import { copyFileSync, existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { AuditAnchor } from "../shared/audit-contract.ts";
import { anchorText, makeAnchor } from "../store/audit/anchor.ts";
import { AuditDatabase, type ChainPlace } from "../store/audit/audit-database.ts";
import { genesisDigest, rowDigest, rowMac } from "../store/audit/chain.ts";
import { ChainCheck, type SaltedRow } from "../store/audit/chain-check.ts";
import { LogReader } from "../store/audit/read-log.ts";
import { fillLog, logFolder } from "../store/audit/testing/test-log.ts";
import { verifyLog } from "../store/audit/verify-log.ts";
import { mutate, type Mutation, type MutationKind, mutationKinds, needsAnchor, seeded } from "./mutate-log.ts";

// Forty whole logs are written and checked twice; a machine that does other things meanwhile takes its time.
vi.setConfig({ testTimeout: 300_000 });

const rowCount = 10_000;
const mutationCount = 1_000;
/** Of those, written to a real file, and checked whole by our verifier and by the one that stands alone. */
const sampleCount = 40;
const seed = Number(process.env["INDOORS_SEED"] ?? Date.now() % 1_000_000);
const random = seeded(seed);
const script = fileURLToPath(new URL("../../resources/audit/verify-audit.mjs", import.meta.url));

const folder = logFolder();
const keyFile = join(folder.path, "audit.key");
const anchorFile = join(folder.path, "stick.txt");
const publicFile = join(folder.path, "anchor.pub");
let database: AuditDatabase;
let anchor: AuditAnchor;
let rows: SaltedRow[];
/** The place in the chain after each number of rows, as the check of the untouched log left it. */
const places: ChainPlace[] = [];
const mutations: Mutation[] = [];

beforeAll(async () => {
  database = new AuditDatabase({ folder: folder.path, session: "one" });
  fillLog(database, rowCount);
  const time = new Date().toISOString();
  anchor = makeAnchor({ logId: database.origin.log_id, ...database.head(), time }, database.keys.anchor);
  writeFileSync(anchorFile, `${JSON.stringify(anchor)}\n`);
  using reader = new LogReader(database.file);
  rows = [];
  for await (const row of reader.rows()) rows.push(row);
  const raw = new DatabaseSync(database.file);
  raw.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  raw.close();
  for (let n = 0; n < mutationCount; n++) {
    mutations.push(mutate(mutationKinds[n % mutationKinds.length] as MutationKind, rows, random));
  }
});
afterAll(() => {
  database.close();
  folder[Symbol.dispose]();
});

/**
 * Is a change noticed? Rows before the first changed one are not looked at again: the check of the untouched log has
 * passed them, and goes on from where it was then.
 */
function isNoticed({ from, rest }: Mutation, anchors: readonly AuditAnchor[]): boolean {
  const check = new ChainCheck({ origin: database.origin, key: database.keys.mac, anchors, from: places[from] });
  for (const row of rest()) if (check.next(row).length > 0) return true;
  return check.end().length > 0;
}

it("control: the untouched log verifies, in memory and as a file, by both verifiers; without that nothing here counts", async () => {
  const check = new ChainCheck({ origin: database.origin, key: database.keys.mac, anchors: [anchor] });
  places.push({ seq: 0, digest: genesisDigest(database.origin) });
  for (const row of rows) {
    expect(check.next(row)).toEqual([]);
    places.push(check.place);
  }
  expect(check.end()).toEqual([]);
  expect(check.rows).toBe(rowCount);
  const file = writeMutated({ kind: "edit a column", from: rowCount, rest: () => [] }, "control");
  expect(await ours(file, true)).toBe(false);
  expect(await alone(file, true)).toBe(false);
});

it(`${mutationCount} random changes of ${rowCount} rows: with an anchor all are noticed, without one all but a missing end`, () => {
  const table = new Map(mutationKinds.map((kind) => [kind, { changes: 0, with: 0, without: 0 }]));
  for (const mutation of mutations) {
    const line = table.get(mutation.kind);
    if (line === undefined) throw new Error(mutation.kind);
    line.changes++;
    if (isNoticed(mutation, [anchor])) line.with++;
    if (isNoticed(mutation, [])) line.without++;
  }
  console.log(
    [
      `seed ${seed}: ${mutationCount} changes of a log of ${rowCount} rows, checked in memory from the first changed row on; an older copy ends after 2,500, 5,000 or 7,500`,
      `${"change".padEnd(20)} ${"count".padStart(6)} ${"noticed with an anchor".padStart(24)} ${"without".padStart(8)}`,
      ...[...table].map(
        ([kind, line]) =>
          `${kind.padEnd(20)} ${String(line.changes).padStart(6)} ${String(line.with).padStart(24)} ${String(line.without).padStart(8)}`,
      ),
    ].join("\n"),
  );
  for (const [kind, line] of table) {
    expect(line.changes).toBeGreaterThan(100);
    expect([kind, line.with]).toEqual([kind, line.changes]);
    expect([kind, line.without]).toEqual([kind, needsAnchor.has(kind) ? 0 : line.changes]);
  }
});

it("on real files the verifier, the script that stands alone and the check in memory agree", async () => {
  const kindCount = mutationKinds.length;
  // Of every kind as many, from all over the list; the half of them with the anchor.
  const sample = Array.from({ length: sampleCount }, (_, n) => {
    const round = Math.floor(n / kindCount);
    return { mutation: mutations[round * kindCount * 25 + (n % kindCount)], withAnchor: round % 2 === 0 };
  });
  const kinds = new Set<MutationKind>();
  let noticed = 0;
  for (const [n, { mutation, withAnchor }] of sample.entries()) {
    if (mutation === undefined) throw new Error("no such mutation");
    kinds.add(mutation.kind);
    const file = writeMutated(mutation, `sample-${n}`);
    const expected = isNoticed(mutation, withAnchor ? [anchor] : []);
    const said = await Promise.all([ours(file, withAnchor), alone(file, withAnchor)]);
    expect([mutation.kind, withAnchor, ...said]).toEqual([mutation.kind, withAnchor, expected, expected]);
    if (expected) noticed++;
  }
  expect(kinds.size).toBe(kindCount);
  console.log(
    `${sampleCount} of them as whole files, 24 with the anchor: ${noticed} noticed, three verdicts agree on all`,
  );
});

it("an insider with the key who writes the log anew is noticed by the anchor alone", async () => {
  const { keys, origin } = database;
  let previous = genesisDigest(origin);
  const forged = rows.map((row) => {
    const changed = row.seq === 5_000 ? { ...row, subject: "nothing_happened" } : row;
    const digest = rowDigest(previous, changed);
    previous = digest;
    return { ...changed, digest, mac: rowMac(keys.mac, digest) };
  });
  const file = writeMutated({ kind: "chain anew, no key", from: 0, rest: () => forged }, "insider");
  expect([await ours(file, false), await alone(file, false)]).toEqual([false, false]);
  expect([await ours(file, true), await alone(file, true)]).toEqual([true, true]);
});

it("the script reads a copy beside a -wal, leaves the original alone, and says 2 when called wrongly", async () => {
  const live = logFolder();
  const writing = new AuditDatabase({ folder: live.path, session: "one" });
  fillLog(writing, 20);
  expect(existsSync(`${writing.file}-wal`)).toBe(true);
  const key = join(live.path, "audit.key");
  const clean = await run([writing.file, "--key", key, "--json"]);
  expect(clean.code).toBe(0);
  expect(JSON.parse(clean.stdout)).toMatchObject({ rows: 20, macChecked: true, findings: [] });
  fillLog(writing, 5);
  writing.close();
  live[Symbol.dispose]();
  for (const wrong of [
    [],
    ["missing.sqlite"],
    [database.file, "--anchor", anchorFile],
    [database.file, "--key", publicFile],
  ]) {
    const { code, stderr } = await run(wrong);
    expect([wrong, code]).toEqual([wrong, 2]);
    expect(stderr).toContain("node verify-audit.mjs");
  }
  // Typed in again from paper, the anchor says the same.
  const paper = join(folder.path, "paper.txt");
  writeFileSync(paper, anchorText(anchor));
  expect((await run([database.file, "--anchor", paper, "--public-key", publicFile])).code).toBe(0);
  writeFileSync(paper, anchorText(anchor).replace(`row:       ${anchor.seq}`, "row:       7"));
  expect((await run([database.file, "--anchor", paper, "--public-key", publicFile])).code).toBe(1);
  writeFileSync(join(folder.path, "garbage"), "x".repeat(10_000));
  expect((await run([join(folder.path, "garbage")])).code).toBe(1);
});

async function ours(file: string, withAnchor: boolean): Promise<boolean> {
  const anchors = withAnchor ? JSON.stringify(anchor) : undefined;
  return !(await verifyLog({ file, key: database.keys.mac, anchors, publicKey: database.keys.anchorPublic })).intact;
}

async function alone(file: string, withAnchor: boolean): Promise<boolean> {
  const more = withAnchor ? ["--anchor", anchorFile, "--public-key", publicFile] : [];
  const { code, stdout, stderr } = await run([file, "--key", keyFile, ...more]);
  if (code !== 0 && code !== 1) throw new Error(`${stdout}${stderr}`);
  return code === 1;
}

function run(args: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

/** A copy of the log with the rows as they were changed, the triggers dropped. */
function writeMutated({ from, rest }: Mutation, name: string): string {
  const file = join(folder.path, `${name}.sqlite`);
  copyFileSync(database.file, file);
  const raw = new DatabaseSync(file);
  try {
    for (const { name: trigger } of raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()) {
      raw.exec(`DROP TRIGGER ${String(trigger)}`);
    }
    raw.exec("PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON; BEGIN");
    const after = places[from]?.seq ?? 0;
    raw.prepare("DELETE FROM log WHERE seq > ?").run(after);
    raw.prepare("DELETE FROM salts WHERE seq > ?").run(after);
    const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== "salt");
    const insert = raw.prepare(`INSERT INTO log (${columns.join()}) VALUES (${columns.map(() => "?").join()})`);
    const insertSalt = raw.prepare("INSERT INTO salts (seq, salt) VALUES (?, ?)");
    for (const row of rest()) {
      insert.run(...columns.map((column) => row[column as keyof SaltedRow] as string | number | null));
      if (row.salt !== null) insertSalt.run(row.seq, row.salt);
    }
    raw.exec("COMMIT");
  } finally {
    raw.close();
  }
  return file;
}
