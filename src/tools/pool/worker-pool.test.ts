import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Grant } from "../../shared/tool.ts";
import { sandboxLimitsOf } from "../sandbox-limits.ts";
import { plainSandbox } from "../testing/plain-sandbox.ts";
import { rogueTools } from "../testing/rogue-worker.ts";
import { workerCommand } from "../worker-command.ts";
import { ToolWorker } from "../worker-process.ts";
import { WorkerPool, type WorkerPoolOptions, type WorkerProfile } from "./worker-pool.ts";
import { isAlive } from "../sandbox/is-alive.ts";

/** Real worker processes; the sandbox is left out, because who gets which worker is what counts here. */
const entry = new URL("../testing/rogue-worker.ts", import.meta.url);
let folder = "";
let sandbox: ReturnType<typeof plainSandbox>;
let pool: WorkerPool;
let faults: string[] = [];
const owned: ToolWorker[] = [];

const grant = (name: string, mode: Grant["mode"] = "ro"): Grant => ({ name, path: join(folder, name), mode });
const profile = (...grants: Grant[]): WorkerProfile => ({ grants, heapMb: 64 });
const onFault = (fault: unknown) => faults.push(String(fault));

async function start(given: WorkerProfile): Promise<ToolWorker> {
  const nodePath = process.execPath;
  const command = workerCommand({ ...given, nodePath, entry, way: "warm", weights: { ocr: null }, codeFolder: null });
  const limits = sandboxLimitsOf(rogueTools[0]!.limits, 60_000);
  return await ToolWorker.start(sandbox, { ...command, limits }, onFault);
}

function open(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  return new WorkerPool({ sandbox, size: 1, start, onFault, idleMs: 60_000, ...options });
}

async function take(given: WorkerProfile): Promise<ToolWorker | undefined> {
  const worker = await pool.take(given);
  if (worker !== undefined) owned.push(worker);
  return worker;
}

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-pool-test-")));
  for (const name of ["a", "b", "c"]) mkdirSync(join(folder, name));
  sandbox = plainSandbox({ probedAt: new Date().toISOString() });
  faults = [];
  pool = open();
});
afterEach(async () => {
  await pool.dispose();
  await Promise.all(owned.splice(0).map((worker) => worker.dispose()));
  await sandbox.dispose();
  rmSync(folder, { recursive: true });
});

describe("who gets a worker", () => {
  it("whoever has exactly its grants, once", async () => {
    const a = profile(grant("a"));
    expect(await take(a)).toBeUndefined();
    pool.refill(a);
    await pool.settled();
    expect(await take(profile(grant("b")))).toBeUndefined();
    expect(await take(profile(grant("a", "rw")))).toBeUndefined();
    expect(await take(profile(grant("a"), grant("b")))).toBeUndefined();
    expect(await take({ ...a, heapMb: 65 })).toBeUndefined();
    // The control: it was there all the time, and it works.
    const worker = await take(profile(grant("a")));
    expect(await worker?.ready).toBe(true);
    expect(await take(a)).toBeUndefined();
  });

  it("nobody, once a granted folder is another folder of that name", async () => {
    const a = profile(grant("a"));
    pool.refill(a);
    await pool.settled();
    renameSync(join(folder, "a"), join(folder, "old"));
    mkdirSync(join(folder, "a"));
    expect(await take(a)).toBeUndefined();
    await pool.settled();
    expect(sandbox.started.filter(isAlive)).toEqual([]);
  });

  it("two callers never the same one", async () => {
    pool = open({ size: 2 });
    const a = profile(grant("a"));
    pool.refill(a);
    await pool.settled();
    const workers = await Promise.all([take(a), take(a), take(a)]);
    expect(new Set(workers).size).toBe(3);
    expect(workers.filter((worker) => worker !== undefined)).toHaveLength(2);
  });
});

describe("what is kept ready", () => {
  it("as many as it is told, however often it is asked, for the two profiles used last", async () => {
    const [a, b, c] = [profile(grant("a")), profile(grant("b")), profile(grant("c"))];
    for (const one of [a, a, a, b, c]) pool.refill(one);
    await pool.settled();
    expect(sandbox.started.filter(isAlive)).toHaveLength(2);
    expect(await take(a)).toBeUndefined();
    expect(await take(b)).toBeDefined();
    expect(await take(c)).toBeDefined();
  });

  it("is filled up again after one was taken", async () => {
    const a = profile(grant("a"));
    pool.refill(a);
    await pool.settled();
    const first = await take(a);
    pool.refill(a);
    await pool.settled();
    const second = await take(a);
    expect(second).toBeDefined();
    expect(second).not.toBe(first);
  });

  it("is replaced silently when it dies", async () => {
    const a = profile(grant("a"));
    pool.refill(a);
    await pool.settled();
    process.kill(sandbox.started[0]!, "SIGKILL");
    while (sandbox.started.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await pool.settled();
    expect(await (await take(a))?.ready).toBe(true);
    expect(faults).toEqual([]);
  });

  it("is not started again and again when it cannot even get ready", async () => {
    const broken = async (given: WorkerProfile) => {
      const command = workerCommand({
        ...given,
        nodePath: process.execPath,
        entry: new URL("../testing/none.ts", import.meta.url),
        way: "warm",
        weights: { ocr: null },
        codeFolder: null,
      });
      return await ToolWorker.start(
        sandbox,
        { ...command, limits: sandboxLimitsOf(rogueTools[0]!.limits, 0) },
        onFault,
      );
    };
    pool = open({ start: broken });
    pool.refill(profile(grant("a")));
    while (faults.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await pool.settled();
    expect(faults.join()).toContain("ended before it was ready");
    expect(sandbox.started).toHaveLength(1);
    expect(sandbox.probes).toBe(1);
  });

  it("ends when nobody wants it, and with the pool", async () => {
    pool = open({ idleMs: 1 });
    pool.refill(profile(grant("a")));
    await pool.settled();
    while (sandbox.started.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 5));
    const other = open();
    other.refill(profile(grant("a")));
    await other.settled();
    expect(sandbox.started.filter(isAlive)).toHaveLength(1);
    await other.dispose();
    expect(sandbox.started.filter(isAlive)).toEqual([]);
  });
});

describe("the sandbox is probed", () => {
  it("after a refill, but not when the last probe is young", async () => {
    pool.refill(profile(grant("a")));
    await pool.settled();
    expect(sandbox.probes).toBe(0);
    pool = open({ probeEveryMs: 0 });
    pool.refill(profile(grant("b")));
    await pool.settled();
    expect(sandbox.probes).toBe(1);
  });

  it("when a start fails, whenever the last probe was", async () => {
    pool = open({ start: () => Promise.reject(new Error("no")) });
    pool.refill(profile(grant("a")));
    await pool.settled();
    expect(sandbox.probes).toBe(1);
    expect(faults.join()).toContain("could not be started ahead: no");
  });

  it("and what was started under a better one is thrown away", async () => {
    const a = profile(grant("a"));
    pool.refill(a);
    await pool.settled();
    sandbox.finds({ level: "C" });
    await sandbox.probe();
    expect(await take(a)).toBeUndefined();
    await pool.settled();
    expect(sandbox.started.filter(isAlive)).toEqual([]);
  });
});
