import type { SandboxLimits } from "../shared/sandbox.ts";
import type { ToolLimits } from "./definition.ts";
import { toolLimits } from "./sandbox/tool-limits.ts";

/**
 * What Node needs besides its JavaScript heap. Mostly address space that it takes for compiled code and WebAssembly and
 * does not fill: where only address space can be limited, with half of this it ends in the middle of loading its tools.
 */
const nativeMb = 1024;

/**
 * The limits of the process that runs a tool with these limits. They are the outer ring: time and output of the single
 * call are watched by the launcher, which knows when the call began. `spareMs` is time the process may live besides.
 */
export function sandboxLimitsOf(limits: ToolLimits, spareMs: number): SandboxLimits {
  return {
    ...toolLimits,
    wallMs: limits.wallMs + spareMs,
    cpuSeconds: Math.ceil(limits.wallMs / 1000) + 5,
    memoryMb: limits.heapMb + nativeMb,
    // UTF-8 takes up to three bytes for a character.
    outputBytes: 3 * limits.outputCharacters,
  };
}
