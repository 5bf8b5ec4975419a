import { spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { throwIfCancelled } from "../../shared/errors.ts";
import { openSandbox } from "../../tools/sandbox/open-sandbox.ts";
import { openToolLauncher, type ToolLauncher } from "../../tools/tool-launcher.ts";
import { describeCpu } from "../cpu.ts";

export interface BenchToolsOptions {
  readonly nodePath: string;
  readonly sealPath: string;
  /** Where compiled code of workers is kept. */
  readonly codeFolder: string;
  readonly rounds: number;
  readonly onLog: (line: string) => void;
  readonly onProgress: (round: number) => void;
  readonly signal: AbortSignal;
}

/** Milliseconds over all rounds. */
export interface Latency {
  readonly what: string;
  readonly medianMs: number;
  readonly p95Ms: number;
  /** The median as a multiple of the median of a bare spawn in the same run. */
  readonly timesBare: number;
}

export interface ToolsReport {
  readonly cpu: string;
  readonly node: string;
  readonly level: string;
  readonly launcher: string;
  readonly rounds: number;
  readonly latencies: readonly Latency[];
  readonly targets: readonly { readonly target: string; readonly measured: number; readonly met: boolean }[];
}

const mostTimesBare = 2;
const mostWarmMs = 5;

const bareSpawn = "bare Node spawn";
const bareAnswer = "bare Node, one message";
const calls = [
  { tool: "calculate", args: { expression: "15% of 240" } },
  { tool: "read_file", args: { file: "bench/note.txt" } },
] as const;

/**
 * Measures calls of sealed tools against a bare Node, in rounds that do each thing once, so that a busy moment of the
 * machine falls on all of them. A cold call starts its worker; for a warm one the worker waits already.
 * @throws IndoorsError `cancelled`, `sandbox.unavailable`
 */
export async function benchTools(options: BenchToolsOptions): Promise<ToolsReport> {
  const { nodePath, sealPath, codeFolder, rounds, onLog, onProgress, signal } = options;
  const folder = await realpath(await mkdtemp(join(tmpdir(), "indoors-bench-")));
  await mkdir(codeFolder, { recursive: true, mode: 0o700 });
  const sandbox = await openSandbox({ sealPath, nodePath, onLog });
  const open = (poolSize: number) =>
    openToolLauncher({
      sandbox,
      nodePath,
      weights: { ocr: null },
      onFault: (fault, where) => onLog(`${where}: ${String(fault)}`),
      poolSize,
      codeFolder,
    });
  const [cold, warm] = [open(0), open(1)];
  const taken = new Map<string, number[]>();
  const time = async (what: string, work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    taken.set(what, [...(taken.get(what) ?? []), performance.now() - began]);
  };
  try {
    await writeFile(join(folder, "note.txt"), "A line to read.\n");
    const call = async (launcher: ToolLauncher, at: (typeof calls)[number]) => {
      const { outcome, facts } = await launcher.launch({
        call: { id: "bench", tool: at.tool, arguments: at.args },
        grants: [{ name: "bench", path: folder, mode: "ro" }],
        today: "2026-11-23",
        broker: { searchTranscripts: () => ({ hits: [] }) },
        signal,
      });
      if (!outcome.ok) throw new Error(`${at.tool}: ${outcome.text}`);
      return facts.warm;
    };
    const callAs = async (way: "cold" | "warm", at: (typeof calls)[number]) => {
      const wasWarm = await call(way === "warm" ? warm : cold, at);
      if (wasWarm !== (way === "warm")) throw new Error(`${at.tool} was not ${way}, so nothing was measured`);
    };
    // The first calls compile the tools and start the workers that wait.
    for (const at of calls) {
      await call(cold, at);
      await call(warm, at);
      await cold.settled();
      await warm.settled();
    }
    for (let round = 1; round <= rounds; round++) {
      throwIfCancelled(signal);
      onProgress(round);
      await time(bareSpawn, () => bareNode(nodePath, "0"));
      await time(bareAnswer, () =>
        bareNode(nodePath, "process.stdin.once('data', (d) => process.stdout.write(d, () => process.exit()))", "{}\n"),
      );
      for (const at of calls) {
        await time(`cold ${at.tool}`, () => callAs("cold", at));
        await cold.settled();
        await time(`warm ${at.tool}`, () => callAs("warm", at));
        await warm.settled();
      }
    }
    const { level, launcher } = sandbox.report;
    return { cpu: describeCpu().name, node: process.version, level, launcher, rounds, ...summaryOf(taken) };
  } finally {
    await cold.dispose();
    await warm.dispose();
    await sandbox.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Starts Node with a script, says something to it, and waits for its end. */
async function bareNode(nodePath: string, script: string, message?: string): Promise<void> {
  const child = spawn(nodePath, ["-e", script], { env: {}, stdio: ["pipe", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
  child.stdout.resume();
  if (message !== undefined) child.stdin.write(message);
  await ended;
}

function summaryOf(taken: ReadonlyMap<string, readonly number[]>): Pick<ToolsReport, "latencies" | "targets"> {
  const bare = quantile(taken.get(bareSpawn) ?? [], 0.5);
  const latencies = [...taken].map(([what, ms]) => ({
    what,
    medianMs: hundredths(quantile(ms, 0.5)),
    p95Ms: hundredths(quantile(ms, 0.95)),
    timesBare: hundredths(quantile(ms, 0.5) / bare),
  }));
  const targets = latencies.flatMap(({ what, timesBare, medianMs }) => {
    if (what.startsWith("cold ")) {
      const target = `${what} at most ${mostTimesBare} times a bare spawn`;
      return [{ target, measured: timesBare, met: timesBare <= mostTimesBare }];
    }
    if (!what.startsWith("warm ")) return [];
    return [{ target: `${what} at most ${mostWarmMs} ms`, measured: medianMs, met: medianMs <= mostWarmMs }];
  });
  return { latencies, targets };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
