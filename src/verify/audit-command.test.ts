import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { findAppFiles } from "../host/app-files.ts";
import type { AuditReport, AuditRow } from "../shared/audit-contract.ts";
import { runIndoors } from "./run-indoors.ts";
import { isAlive } from "../tools/sandbox/is-alive.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-audit-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const data = join(folder, "data");
const indoors = (...words: string[]) => runIndoors([...words, "--data", data]);
const listed = async (...words: string[]) => {
  const { code, stdout, stderr } = await indoors("audit", "list", "--json", ...words);
  if (code !== 0) throw new Error(`audit list ended with ${code}: ${stderr}`);
  return (JSON.parse(stdout) as { rows: AuditRow[] }).rows;
};

test("kill -9 of the host between intent and outcome: the row is interrupted at the next start, never lost", async () => {
  const entry = fileURLToPath(new URL("./testing/host-with-intent.ts", import.meta.url));
  const host = spawn(process.execPath, [entry, data], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(host.stdout.setEncoding("utf8"), "data")) as [string];
  const { id, writer } = JSON.parse(line) as { id: string; writer: number };
  host.kill("SIGKILL");
  await once(host, "exit");
  // Its writer goes by itself when its host is gone.
  await expect.poll(() => isAlive(writer), { timeout: 10_000 }).toBe(false);
  const rows = await listed("--run", "run-1");
  expect(rows.map(({ phase, facts, ref }) => [phase, facts["result"], ref])).toEqual([
    ["intent", undefined, null],
    ["outcome", "interrupted", id],
  ]);
  // Once: the start after that has nothing left to mark.
  expect(await listed("--run", "run-1")).toHaveLength(2);
  expect((await indoors("audit", "verify")).code).toBe(0);
});

test("list, export, anchor and verify; what was wrong is said, with exit code 3, after a change or a cut", async () => {
  const stick = join(folder, "stick.txt");
  expect((await indoors("audit", "anchors", "--file", stick)).code).toBe(0);
  const text = await indoors("audit", "anchor", "--to", stick, "--text");
  expect(text.stdout).toMatch(/^INDOORS AUDIT ANCHOR\nlog: /);
  for (const format of ["csv", "ndjson", "html"]) {
    const file = join(folder, `log.${format}`);
    expect((await indoors("audit", "export", "--format", format, "--out", file)).code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("session.start");
  }
  expect((await listed("--action", "log.export")).map(({ facts }) => facts["format"])).toEqual([
    "csv",
    "ndjson",
    "html",
  ]);
  expect(await listed("--since", "2999-01-01")).toEqual([]);
  expect((await indoors("audit", "list", "--since", "soon")).code).toBe(2);
  expect((await indoors("audit", "erase", "1", "2", "3")).stdout).toMatch(/of 3 rows/);

  const clean = await indoors("audit", "verify", "--anchor", stick, "--json");
  expect(clean.code).toBe(0);
  const report = JSON.parse(clean.stdout) as AuditReport;
  expect(report).toMatchObject({ intact: true, macChecked: true });
  expect(report.anchors).toBeGreaterThan(5);

  // The end is cut off: the log goes on as if nothing had been, and only the anchors know.
  tamper(`DELETE FROM log WHERE seq > ${report.rows - 10}; DELETE FROM salts WHERE seq > ${report.rows - 10}`);
  const cut = await indoors("audit", "verify", "--anchor", stick);
  expect(cut.code).toBe(3);
  expect(cut.stdout).toMatch(/written anew|cut off/);
  tamper("UPDATE log SET actor_name = 'somebody' WHERE seq = 2");
  const changed = await indoors("audit", "verify");
  expect(changed.code).toBe(3);
  expect(changed.stdout).toMatch(/Row 2 .*was changed/);
  expect(changed.stdout).toMatch(/The audit log was changed by somebody/);
}, 120_000);

test("a grant that holds the data folder, or lies inside it, is refused before anything runs", async () => {
  for (const grant of [folder, join(data, "audit")]) {
    const { code, stderr } = await indoors("ask", "What is in there?", "--grant", grant);
    expect([grant, code]).toEqual([grant, 3]);
    expect(stderr).toMatch(/Indoors keeps its own data there/);
  }
});

test("a transcription leaves its rows: the recording, the model with its hash, the export", async () => {
  const app = findAppFiles();
  const sample = join(app.modelsFolder, app.manifest.find(({ role }) => role === "sample")?.file ?? "");
  const words = ["--model", "tiny", "--language", "en"];
  expect((await indoors("transcribe", sample, ...words, "--format", "srt", "--out", folder)).code).toBe(0);
  const rows = await listed("--limit", "50");
  const about = rows.map(({ action, phase, subject, facts }) =>
    `${action} ${phase} ${subject} ${String(facts["result"] ?? "")}`.trim(),
  );
  expect(about).toContain("recording.add event recording");
  expect(about).toContain("model.load intent tiny");
  expect(about).toContain("model.load outcome tiny ok");
  const load = rows.find(({ action, phase }) => action === "model.load" && phase === "intent");
  expect(load?.facts["sha256"]).toBe(app.manifest.find(({ name }) => name === "tiny")?.sha256);
  expect(rows.filter(({ action }) => action === "export").map(({ facts }) => facts["format"])).toContain("srt");
  expect(JSON.stringify(rows)).not.toContain("apollo");
}, 180_000);

function tamper(sql: string): void {
  const raw = new DatabaseSync(join(data, "audit", "audit.sqlite"));
  for (const { name } of raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all()) {
    raw.exec(`DROP TRIGGER ${String(name)}`);
  }
  raw.exec(sql);
  raw.close();
}
