import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SandboxLimits } from "../../shared/sandbox.ts";
import type { Sandbox, SealedCommand } from "./sandbox.ts";
import { canSeal, isRoot, openHere, runIn, shell } from "./testing/machine.ts";
import { toolLimits } from "./tool-limits.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-limits-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const grants: SealedCommand["grants"] = [{ name: "g", path: folder, mode: "rw" }];
const limited = (script: string, limits: Partial<SandboxLimits>, more: Partial<SealedCommand> = {}) =>
  shell(script, { ...more, limits: { ...toolLimits, wallMs: 20_000, ...limits } });
const node = (script: string, limits: Partial<SandboxLimits>) => ({
  ...limited("", limits),
  file: process.execPath,
  args: ["-e", script],
});

/** Each is over its limit by far, and fine without it: that is the control. */
const overLimits: readonly (readonly [keyof SandboxLimits, SealedCommand, Partial<SandboxLimits>])[] = [
  ["wallMs", shell("sleep 1"), { wallMs: 200 }],
  ["outputBytes", shell("head -c 300000 /dev/zero"), { outputBytes: 100_000 }],
  ["fileMb", shell("head -c 3000000 /dev/zero > /tmp/x"), { fileMb: 1 }],
  [
    "writtenMb",
    shell(`for i in 1 2 3; do head -c 1000000 /dev/zero > $i || exit 1; done`, { grants, cwd: folder }),
    { writtenMb: 2 },
  ],
];

describe.skipIf(!canSeal)("limits", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openHere();
  });
  afterAll(() => sandbox.dispose());

  it.each(overLimits)("%s ends it and is named", async (limit, command, limits) => {
    expect((await runIn(sandbox, command)).exit).toEqual({ code: 0, signal: null, limit: null });
    const { exit } = await runIn(sandbox, { ...command, limits: { ...command.limits, ...limits } });
    expect(exit.limit).toBe(limit);
  });

  it("cpuSeconds ends it and is named, also when it does not listen", async () => {
    const { exit } = await runIn(sandbox, limited("trap '' XCPU; while :; do :; done", { cpuSeconds: 1 }));
    expect(exit).toEqual({ code: null, signal: "SIGKILL", limit: "cpuSeconds" });
    const polite = await runIn(sandbox, limited("while :; do :; done", { cpuSeconds: 1 }));
    expect(polite.exit).toEqual({ code: null, signal: "SIGXCPU", limit: "cpuSeconds" });
  });

  it("outputBytes is the most that gets out, on both streams together", async () => {
    const ran = await runIn(sandbox, limited("cat /dev/zero >&2 & cat /dev/zero", { outputBytes: 1_000_000 }));
    expect(ran.exit.limit).toBe("outputBytes");
    expect(ran.stdout.length + ran.stderr.length).toBeLessThanOrEqual(1_000_000);
  });

  it("memoryMb stops one process", async () => {
    const script = "const kept = []; for (let i = 0; i < 6; i++) kept.push(Buffer.alloc(64e6, 1)); console.log('all')";
    expect((await runIn(sandbox, node(script, { memoryMb: 1200 }))).stdout).toBe("all\n");
    // Node takes 576 MB of address space before it begins, so this is room for half of it.
    const { exit, stdout, stderr } = await runIn(sandbox, node(script, { memoryMb: 800 }));
    expect(stdout).toBe("");
    expect(stderr).toMatch(/allocat|out of memory/i);
    expect(exit.code).not.toBe(0);
  });

  it("memoryMb stops many processes together, where a control group can be made", async () => {
    if (!sandbox.report.cgroup) {
      console.warn("skipped: no control group can be made here: the limit on memory of many processes is not tested");
      return;
    }
    // Each child has its memory until all have theirs, or are dead.
    const child = "const b = Buffer.alloc(90e6, 1); console.log('up'); process.stdin.on('end', () => b).resume()";
    const script = `const { spawn } = require("node:child_process"); let up = 0, dead = 0;
      const all = Array.from({ length: 8 }, () => spawn(process.execPath, ["-e", ${JSON.stringify(child)}]));
      const look = () => { if (up + dead === 8) { for (const one of all) one.stdin.end(); } };
      for (const one of all) {
        let isUp = false;
        one.stdout.once("data", () => { isUp = true; up++; look(); });
        one.stdin.on("error", () => {});
        one.on("exit", (code) => { if (code !== 0) { if (isUp) up--; dead++; look(); } });
      }
      process.on("exit", () => { console.log(up); process.exitCode = dead; });`;
    expect((await runIn(sandbox, node(script, { memoryMb: 1600 }))).stdout).toBe("8\n");
    const { exit } = await runIn(sandbox, node(script, { memoryMb: 700, writtenMb: 1 }));
    expect(exit.limit).toBe("memoryMb");
  });

  it("processes stops a fork bomb", async () => {
    if (isRoot && !sandbox.report.cgroup) {
      console.warn("skipped: root without a control group: the kernel counts no processes of root");
      return;
    }
    const script = "i=0; while [ $i -lt 100 ]; do sleep 0.5 & i=$((i+1)); done; echo all; wait";
    expect((await runIn(sandbox, limited(script, { processes: 200 }))).stdout).toBe("all\n");
    const { exit, stdout } = await runIn(sandbox, limited(script, { processes: 20 }));
    expect(stdout).toBe("");
    expect(exit.code).not.toBe(0);
  });

  it("/tmp holds no more than writtenMb, and nothing else can be filled", async () => {
    const fill = (path: string) =>
      `head -c 5000000 /dev/zero > ${path} 2>/dev/null; stat -c %s ${path} 2>/dev/null || echo none`;
    const script = [fill("/tmp/x"), fill("/dev/shm/x"), fill("/dev/x"), fill("/run/x"), fill("/x")].join("; ");
    const { stdout } = await runIn(sandbox, limited(script, { writtenMb: 2 }));
    const [temporary, ...others] = stdout.trim().split("\n");
    expect(Number(temporary)).toBeGreaterThan(1_000_000);
    expect(Number(temporary)).toBeLessThanOrEqual(2 * 1024 * 1024);
    expect(others).toEqual(["none", "none", "none", "none"]);
  });
});
