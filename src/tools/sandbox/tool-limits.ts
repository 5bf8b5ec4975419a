import type { SandboxLimits } from "../../shared/sandbox.ts";

/** What a sealed process may use when neither its tool nor its image says otherwise. */
export const toolLimits: SandboxLimits = {
  wallMs: 120_000,
  cpuSeconds: 60,
  memoryMb: 1024,
  // Threads count, and Node has a dozen of its own.
  processes: 64,
  fileMb: 64,
  writtenMb: 64,
  outputBytes: 8 * 1024 * 1024,
};
