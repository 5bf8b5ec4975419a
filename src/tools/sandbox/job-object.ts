import type { SandboxLimits } from "../../shared/sandbox.ts";

/** Flags of JOBOBJECT_BASIC_LIMIT_INFORMATION. */
const flags = {
  processTime: 0x0000_0002,
  activeProcess: 0x0000_0008,
  dieOnUnhandledException: 0x0000_0400,
  jobMemory: 0x0000_0200,
  killOnClose: 0x0000_2000,
} as const;

/** What a Windows job object is told, in the units of its structures. */
export interface JobLimits {
  readonly limitFlags: number;
  /** Units of 100 nanoseconds. */
  readonly perProcessUserTimeLimit: bigint;
  readonly activeProcessLimit: number;
  /** Bytes, for all processes together. */
  readonly jobMemoryLimit: bigint;
}

/**
 * The limits of a sealed program as a Windows job object takes them. Nothing uses it yet: Node cannot make a job object,
 * and no helper that could has been built or run on a real machine. A job object alone would be level C, because it does
 * not stop the network; `openSandbox` says level D there.
 */
export function jobLimits(limits: SandboxLimits): JobLimits {
  return {
    limitFlags: Object.values(flags).reduce((all, flag) => all | flag, 0),
    perProcessUserTimeLimit: BigInt(limits.cpuSeconds) * 10_000_000n,
    activeProcessLimit: limits.processes,
    jobMemoryLimit: BigInt(limits.memoryMb) * 1024n * 1024n,
  };
}
