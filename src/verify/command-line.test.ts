import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readPlainWav, writeWav } from "./wav-file.ts";
import { findAppFiles } from "../host/app-files.ts";
import { runIndoors, startIndoors } from "./run-indoors.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-cli-"));
const data = join(folder, "data");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const app = findAppFiles();
const sample = join(app.modelsFolder, app.manifest.find(({ role }) => role === "sample")?.file ?? "");

test("help names every command; a wrong command, option or value is a usage error with exit code 2", async () => {
  const help = await runIndoors(["--help"]);
  expect(help.code).toBe(0);
  for (const name of ["setup", "doctor", "models", "transcribe", "ask", "jobs", "tour", "bench"]) {
    expect(help.stdout).toMatch(new RegExp(`^  ${name} `, "m"));
  }
  for (const words of [
    ["fly"],
    ["transcribe"],
    ["transcribe", "a.wav", "--engine", "x"],
    ["ask", "a", "--nope"],
    ["models"],
    [],
  ]) {
    const { code, stderr, stdout } = await runIndoors([...words, "--data", data]);
    expect([words, code]).toEqual([words, 2]);
    expect(stderr + stdout).toContain("indoors ");
  }
});

test(
  "--json prints one document on stdout and nothing else; without it stdout has the result and stderr the rest",
  { timeout: 300_000 },
  async () => {
    const json = await runIndoors([
      "transcribe",
      sample,
      "--model",
      "tiny",
      "--language",
      "en",
      "--data",
      data,
      "--json",
      "--format",
      "srt,json",
      "--out",
      join(folder, "out"),
    ]);
    expect(json.code).toBe(0);
    const { files } = JSON.parse(json.stdout) as {
      files: { written: string[]; transcript: { origin: { modelSha256: string } } }[];
    };
    expect(files[0]?.written).toEqual([join(folder, "out", "apollo-13.srt"), join(folder, "out", "apollo-13.json")]);
    expect(files[0]?.transcript.origin).toMatchObject({ engine: "transcribe-cpp", modelName: "tiny", language: "en" });
    expect(files[0]?.transcript.origin.modelSha256).toBe(app.manifest.find(({ name }) => name === "tiny")?.sha256);

    // The same again comes from the store: the words are there at once, in the same order.
    const plain = await runIndoors(["transcribe", sample, "--model", "tiny", "--language", "en", "--data", data]);
    expect(plain.code).toBe(0);
    expect(plain.stdout).toMatch(/^\[00:0\d\] .*problem/m);
    expect(plain.stdout).not.toContain("real-time factor");
    expect(plain.stderr).toContain("real-time factor");
  },
);

test(
  "one host per data folder: a second command is told who has it, and works once the first has ended",
  { timeout: 120_000 },
  async () => {
    const long = join(folder, "long.wav");
    writeWav(long, Buffer.concat(Array.from({ length: 8 }, () => readPlainWav(sample))));
    const first = startIndoors(["transcribe", long, "--model", "tiny", "--language", "en", "--data", data]);
    // Asking before the first one has the folder could take it away from that one.
    const owner = () => readFileSync(join(data, "host.pid"), "utf8").trim();
    await expect.poll(owner, { timeout: 30_000 }).toBe(String(first.child.pid));
    const second = await runIndoors(["models", "list", "--data", data]);
    expect(second.stderr).toMatch(/The data folder is in use: .*process \d+/);
    first.child.kill("SIGINT");
    const ended = await first.finished;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toMatch(/goes on at the next start/);
    const jobs = await runIndoors(["jobs", "list", "--data", data, "--json"]);
    const [job] = (JSON.parse(jobs.stdout) as { jobs: { job: { id: string; status: string } }[] }).jobs.filter(
      ({ job: one }) => one.status !== "done",
    );
    expect(job?.job.status).toBe("paused");
    expect((await runIndoors(["jobs", "cancel", job?.job.id ?? "", "--data", data])).code).toBe(0);
  },
);

test("a database of a newer version is left alone, in words", async () => {
  const newer = join(folder, "newer");
  await runIndoors(["models", "list", "--data", newer]);
  const db = new DatabaseSync(join(newer, "indoors.sqlite"));
  db.exec("PRAGMA user_version = 99");
  db.close();
  const { code, stderr } = await runIndoors(["models", "list", "--data", newer]);
  expect(code).toBe(6);
  expect(stderr).toMatch(/written by a newer Indoors .*Nothing was changed/);
});

test(
  "a vocabulary that is longer than the prompt is used as far as it fits, and that is said",
  { timeout: 120_000 },
  async () => {
    const vocabulary = join(folder, "terms.txt");
    writeFileSync(
      vocabulary,
      ["# names", "Houston", "Swigert", ...Array.from({ length: 400 }, (_, i) => `Thermoregulator${i}`)].join("\n"),
    );
    const { code, stdout, stderr } = await runIndoors([
      "transcribe",
      sample,
      "--model",
      "tiny",
      "--language",
      "en",
      "--vocab",
      vocabulary,
      "--data",
      data,
      "--json",
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/the first \d+ of 402 terms are used/);
    const { files } = JSON.parse(stdout) as { files: { transcript: { origin: { vocabulary: string[] } } }[] };
    expect(files[0]?.transcript.origin.vocabulary.slice(0, 2)).toEqual(["Houston", "Swigert"]);
  },
);
