import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import type { SandboxReport } from "../../shared/sandbox.ts";
import type { Sandbox, SealedExit } from "../sandbox/sandbox.ts";

/**
 * No sandbox at all, behind the sandbox's interface: the control of tests, and never anything else. What it starts can
 * do whatever the user can. The other interface is kept: environment, own process group, `exited`, `kill`.
 */
export function plainSandbox(report: Partial<SandboxReport> = {}): Sandbox & {
  /** How often it was probed. */
  readonly probes: number;
  /** What the next probe finds differently. */
  finds(change: Partial<SandboxReport>): void;
  readonly started: readonly number[];
} {
  const running = new Set<() => Promise<void>>();
  const started: number[] = [];
  let probes = 0;
  let found: SandboxReport = {
    level: "D",
    launcher: "none",
    probeId: "plain-0",
    probedAt: new Date(0).toISOString(),
    runningAsRoot: false,
    staging: false,
    cgroup: false,
    checks: [],
    missing: [],
    ...report,
  };
  let next: Partial<SandboxReport> = {};
  return {
    get report() {
      return found;
    },
    get probes() {
      return probes;
    },
    started,
    finds(change) {
      next = change;
    },
    async start({ file, args, env, cwd, stdio = "pipe" }) {
      const child = spawn(file, args, { env, cwd: cwd ?? tmpdir(), stdio, detached: process.platform !== "win32" });
      const exited = new Promise<SealedExit>((resolve) => {
        child.once("error", () => resolve({ code: null, signal: null, limit: null }));
        child.once("close", (code, signal) => resolve({ code, signal, limit: null }));
      });
      child.stdin?.on("error", () => {});
      if (child.pid !== undefined) started.push(child.pid);
      const kill = async () => {
        killGroup(child);
        await exited;
        running.delete(kill);
      };
      running.add(kill);
      await Promise.race([once(child, "spawn"), exited]);
      const { stdin, stdout, stderr } = child;
      return { stdin, stdout, stderr, exited, staged: [], kill, dispose: kill };
    },
    async probe() {
      probes++;
      found = { ...found, ...next, probeId: `plain-${probes}`, probedAt: new Date().toISOString() };
      return found;
    },
    async dispose() {
      await Promise.all([...running].map((kill) => kill()));
    },
  };
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}
