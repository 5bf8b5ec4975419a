import { z } from "zod";

/**
 * How well tool workers are sealed, decided by a probe inside the real profile, never by what is installed.
 * A: every layer of the system's sandbox. B: strong, without namespaces of its own. C: partial, nothing of the kernel
 * stops the network. D: none.
 */
export const sandboxLevel = z.enum(["A", "B", "C", "D"]);
export type SandboxLevel = z.infer<typeof sandboxLevel>;

export const sandboxLauncher = z.enum(["bubblewrap", "landlock", "seatbelt", "job-object", "none"]);
export type SandboxLauncher = z.infer<typeof sandboxLauncher>;

/** One thing the probe tried inside the sandbox. */
export const sandboxCheck = z.strictObject({
  name: z.string(),
  /** `stopped` and `works` are as they should be; `escaped` and `failed` are not; `not-tried` says nothing. */
  state: z.enum(["stopped", "works", "escaped", "failed", "not-tried"]),
  detail: z.string(),
});
export type SandboxCheck = z.infer<typeof sandboxCheck>;

export const sandboxReport = z.strictObject({
  level: sandboxLevel,
  launcher: sandboxLauncher,
  /** Names this probe in every audit row until the next one. */
  probeId: z.string(),
  /** ISO time. */
  probedAt: z.string(),
  runningAsRoot: z.boolean(),
  /** Whether writes can be staged: without it, tools that write are refused. */
  staging: z.boolean(),
  /** Whether limits on memory and processes hold for a worker and its children together. */
  cgroup: z.boolean(),
  checks: z.array(sandboxCheck),
  /** What is missing for a better level, each a sentence with its remedy. */
  missing: z.array(z.string()),
});
export type SandboxReport = z.infer<typeof sandboxReport>;

/** What one sealed process may use, together with everything it starts. Going over ends it. */
export const sandboxLimits = z.strictObject({
  wallMs: z.int().positive(),
  cpuSeconds: z.int().positive(),
  memoryMb: z.int().positive(),
  processes: z.int().positive(),
  /** The largest single file. */
  fileMb: z.int().positive(),
  /** All that may be written to staged grants together, and, apart from it, to the private /tmp. */
  writtenMb: z.int().positive(),
  /** Bytes on stdout and stderr together. */
  outputBytes: z.int().positive(),
});
export type SandboxLimits = z.infer<typeof sandboxLimits>;

/** True when `level` is at least as strong as `minimum`. */
export function isAtLeast(level: SandboxLevel, minimum: SandboxLevel): boolean {
  return level <= minimum;
}
