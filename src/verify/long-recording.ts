// Memory over a long recording: node src/verify/long-recording.ts [--hours 10] [--model tiny] [--every 30]
// Makes a wav of silence with the sample recording every so many minutes, transcribes it through the command line, and
// prints the highest resident memory of the host and of each worker in each quarter of the work. Linux only.
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { TranscriptView } from "../shared/host-contract.ts";
import { findAppFiles } from "../host/app-files.ts";
import { startIndoors } from "./run-indoors.ts";
import { readPlainWav, writeWav } from "./wav-file.ts";

const { values } = parseArgs({
  options: {
    hours: { type: "string", default: "10" },
    model: { type: "string", default: "tiny" },
    every: { type: "string", default: "30" },
  },
});
const app = findAppFiles();
const sample = readPlainWav(join(app.modelsFolder, app.manifest.find(({ role }) => role === "sample")?.file ?? ""));
const folder = mkdtempSync(join(tmpdir(), "indoors-long-"));
const bytesPerSecond = 32_000;
const seconds = Number(values.hours) * 3600;

try {
  const path = join(folder, "long.wav");
  writeLong(path);
  const startedAt = performance.now();
  const data = join(folder, "data");
  const { child, finished } = startIndoors([
    "transcribe",
    path,
    "--model",
    values.model,
    "--language",
    "en",
    "--data",
    data,
    "--json",
  ]);
  const seen: { at: number; name: string; megabytes: number }[] = [];
  const watch = setInterval(() => {
    for (const [name, megabytes] of memoryOf(child.pid ?? 0))
      seen.push({ at: performance.now() - startedAt, name, megabytes });
  }, 500);
  const { code, stdout, stderr } = await finished;
  clearInterval(watch);
  const took = performance.now() - startedAt;
  if (code !== 0) throw new Error(stderr);
  const { files } = JSON.parse(stdout) as { files: { transcript: TranscriptView }[] };
  console.log(`${values.hours} h in ${Math.round(took / 1000)} s, ${files[0]?.transcript.segments.length} segments`);
  for (const name of new Set(seen.map((one) => one.name))) {
    const quarters = [0, 1, 2, 3].map((quarter) => {
      const in_ = seen.filter((one) => one.name === name && Math.floor((one.at / took) * 4) === quarter);
      return in_.length === 0 ? "–" : `${Math.round(Math.max(...in_.map((one) => one.megabytes)))} MB`;
    });
    console.log(`${name.padEnd(24)} highest memory per quarter: ${quarters.join(", ")}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function writeLong(path: string): void {
  writeWav(path, Buffer.alloc(0));
  const file = openSync(path, "r+");
  const total = seconds * bytesPerSecond;
  const sizes = Buffer.alloc(4);
  sizes.writeUInt32LE(36 + total);
  writeSync(file, sizes, 0, 4, 4);
  sizes.writeUInt32LE(total);
  writeSync(file, sizes, 0, 4, 40);
  for (let at = 0; at + sample.length < total; at += Number(values.every) * 60 * bytesPerSecond) {
    writeSync(file, sample, 0, sample.length, 44 + at);
  }
  // The rest stays a hole in the file, which reads as silence.
  writeSync(file, Buffer.alloc(2), 0, 2, 44 + total - 2);
  closeSync(file);
}

function memoryOf(host: number): [string, number][] {
  const rows: [string, number][] = [];
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const status = readFileSync(`/proc/${entry}/status`, "utf8");
      const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
      if (Number(entry) !== host && parent !== host) continue;
      const command = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      const name = Number(entry) === host ? "host" : (command[1]?.split("/").slice(-2).join("/") ?? entry);
      rows.push([name, Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024]);
    } catch {
      // It ended while it was looked at.
    }
  }
  return rows;
}
