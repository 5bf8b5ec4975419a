import { afterEach, expect, test } from "vitest";
import { audioWorkerEntry } from "../engines/entries.ts";
import { audioContract } from "../shared/audio-contract.ts";
import { EngineProcess } from "./engine-process.ts";

const crashes: string[] = [];
let prepared = 0;
const engine = () =>
  new EngineProcess({
    name: "audio decoder",
    entry: audioWorkerEntry,
    contract: audioContract,
    nodePath: process.execPath,
    onLog: () => {},
    onCrash: (sentence) => crashes.push(sentence),
    prepare: async () => void prepared++,
  });
let running: EngineProcess<typeof audioContract> | undefined;
afterEach(async () => {
  await running?.dispose();
  crashes.length = 0;
  prepared = 0;
});

const missing = { path: "/nowhere/a.wav", pcmPath: "/nowhere/a.pcm", ffmpegPath: null };

test("a crash rejects what is under way, is told of once, and the next call gets a new, prepared process", async () => {
  running = engine();
  await running.start();
  const first = running.pid;
  expect(prepared).toBe(1);
  // A call that cannot be answered in time: the process is stopped before it reads it.
  process.kill(first as number, "SIGSTOP");
  const call = running.call("decode", missing);
  process.kill(first as number, "SIGKILL");
  await expect(call).rejects.toMatchObject({ code: "engine.crashed" });
  await expect.poll(() => crashes).toHaveLength(1);
  expect(crashes[0]).toMatch(/audio decoder stopped unexpectedly \(SIGKILL\)/);
  await expect(running.call("decode", missing)).rejects.toMatchObject({ code: "file.unreadable" });
  expect(running.pid).not.toBe(first);
  expect(prepared).toBe(2);
});

test("dispose ends the process and is no crash", async () => {
  running = engine();
  await running.start();
  const pid = running.pid as number;
  await running.dispose();
  expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  expect(crashes).toEqual([]);
});

test("a process that cannot be prepared is not left behind", async () => {
  const pids: (number | undefined)[] = [];
  running = new EngineProcess({
    name: "audio decoder",
    entry: audioWorkerEntry,
    contract: audioContract,
    nodePath: process.execPath,
    onLog: () => {},
    onCrash: (sentence) => crashes.push(sentence),
    prepare: async () => {
      pids.push(running?.pid);
      throw new Error("no model");
    },
  });
  await expect(running.start()).rejects.toThrow("no model");
  await expect.poll(() => isAlive(pids[0] as number)).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
