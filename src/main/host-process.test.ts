import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import type { Channel } from "../shared/channel.ts";
import type { HostState } from "../shared/shell-contract.ts";
import { HostProcess, type HostProcessOptions } from "./host-process.ts";
import { tryHostSeal } from "./host-seal.ts";

const entry = fileURLToPath(new URL("testing/fake-host.ts", import.meta.url));
const sealPath = fileURLToPath(new URL("../../resources/sandbox/seal", import.meta.url));
const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** A supervisor of the fake host, which does what its data folder is called. */
function supervise(does: string, options: Partial<HostProcessOptions> = {}) {
  const top = mkdtempSync(join(tmpdir(), "indoors-host-"));
  const dataFolder = join(top, `data-${does}`);
  mkdirSync(dataFolder);
  const log: string[] = [];
  const states: HostState[] = [];
  const host = new HostProcess({
    place: { nodePath: process.execPath, entry, sealPath },
    dataFolder,
    env: { PATH: process.env["PATH"] ?? "" },
    seal: () => ({ sealed: false, reason: "this is a test" }),
    desktop: () => ({
      decode: () => ({ format: "none", durationMs: 0, notice: null }),
      "gateway.start": () => ({}),
      "gateway.stop": () => ({}),
    }),
    onLog: (line) => log.push(line),
    ...options,
  });
  host.onState((state) => states.push(state));
  undo.push(
    () => rmSync(top, { recursive: true, force: true }),
    () => host.stop(),
  );
  const starts = () => readFileSync(join(dataFolder, "starts"), "utf8").trim().split("\n").map(Number);
  const until = (state: HostState["state"]) => expect.poll(() => host.state.state, { timeout: 20_000 }).toBe(state);
  return { host, log, states, starts, until };
}

interface Echo {
  readonly value: unknown;
  readonly env: Record<string, string>;
  readonly pid: number;
}

function echo(channel: Channel, value: unknown): Promise<Echo | string> {
  return new Promise((resolve) => {
    channel.onMessage((answer) => resolve(answer as Echo));
    channel.onClose((reason) => resolve(reason));
    channel.send(value);
  });
}

/** A zombie, which nobody has asked about yet, is dead. */
const isAlive = (pid: number) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

describe("a host that works", () => {
  it("starts, answers windows on ports of their own, and has an environment without anything of ours", async () => {
    const { host, until, starts } = supervise("well");
    await host.start();
    await until("running");
    const [first, second] = [host.openPort(), host.openPort()];
    const answers = (await Promise.all([echo(first, 1), echo(second, 2)])) as Echo[];
    expect(answers.map(({ value }) => value)).toEqual([1, 2]);
    expect(Object.keys(answers[0]?.env ?? {}).sort()).toEqual(["INDOORS_HOST_SEAL", "PATH"]);
    expect(await host.control("media.path", { recordingId: "r1" })).toEqual({ path: "/recordings/r1" });
    await host.stop();
    expect(starts().map(isAlive)).toEqual([false]);
  });

  it("is started again after kill -9: its ports end, new ones lead to the next life", async () => {
    const { host, until, starts, states } = supervise("well");
    await host.start();
    await until("running");
    const port = host.openPort();
    const { pid } = (await echo(port, 1)) as Echo;
    const end = new Promise<string>((resolve) => port.onClose(resolve));
    process.kill(pid, "SIGKILL");
    expect(await end).not.toBe("");
    await until("restarting");
    // Between two lives there is nobody: at once, not after a wait.
    expect(await echo(host.openPort(), 1)).toBe("the host is not running");
    await expect(host.control("media.path", { recordingId: "r1" })).rejects.toMatchObject({ code: "channel.closed" });
    await until("running");
    expect(((await echo(host.openPort(), 2)) as Echo).pid).toBe(starts()[1]);
    expect(states.map(({ state }) => state)).toEqual(["running", "restarting", "starting", "running"]);
    expect(states[1]).toMatchObject({ attempt: 1, inMs: 500, reason: "it was ended by SIGKILL" });
  });

  it("is sealed where that is possible, and still talks", async ({ skip }) => {
    const seal = tryHostSeal(sealPath);
    if (!seal.sealed) {
      console.warn(`skipped: the host cannot be sealed here: ${seal.reason}`);
      return skip();
    }
    const { host, until, starts } = supervise("well", { seal: () => seal });
    await host.start();
    await until("running");
    const { pid, env } = (await echo(host.openPort(), 1)) as Echo;
    const interfaces = (of: string) =>
      [...readFileSync(`/proc/${of}/net/dev`, "utf8").matchAll(/^\s*([^\s:|]+):/gm)].map(([, name]) => name);
    expect(interfaces(String(pid))).toEqual(["lo"]);
    expect(env["INDOORS_HOST_SEAL"]).toBe(seal.open ?? undefined);
    // With the seal's own process dead, what is in it dies, too.
    process.kill(host.pid ?? 0, "SIGKILL");
    await expect.poll(() => isAlive(pid)).toBe(false);
    await expect.poll(() => starts().length, { timeout: 20_000 }).toBe(2);
    await until("running");
  });
});

describe("a host that does not", () => {
  it("is killed when it does not stop", async () => {
    const { host, until, starts } = supervise("deaf", { stopLimitMs: 200 });
    await host.start();
    await until("running");
    await host.stop();
    expect(starts().map(isAlive)).toEqual([false]);
  });

  it("says why it cannot start: that is shown, and tried again when a person asks", async () => {
    const { host, until, starts } = supervise("unusable");
    await host.start();
    await until("failed");
    expect(host.state).toEqual({ state: "failed", code: "store.unusable", message: "It cannot." });
    expect(starts()).toHaveLength(1);
    host.restart();
    await until("failed");
    await expect.poll(() => starts().length).toBe(2);
  });

  it("dies at once: waits longer each time, with its last word", async () => {
    const { host, states, starts } = supervise("dying");
    await host.start();
    await expect.poll(() => starts().length, { timeout: 10_000 }).toBe(3);
    const waits = states.filter((state) => state.state === "restarting");
    expect(waits.slice(0, 2).map(({ inMs }) => inMs)).toEqual([500, 1000]);
    expect(waits[0]?.reason).toBe("it ended with code 70: a last word");
  });

  it("is not there", async () => {
    const { host } = supervise("well", { place: { nodePath: process.execPath, entry: "/gone/serve.js", sealPath } });
    await host.start();
    expect(host.state).toMatchObject({ state: "failed", message: expect.stringContaining("/gone/serve.js") });
  });

  it("cannot be executed", async () => {
    const { host, until } = supervise("well", { place: { nodePath: "/etc/hostname", entry, sealPath } });
    await host.start();
    await until("restarting");
  });
});
