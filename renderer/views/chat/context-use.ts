import type { RunView } from "../../../src/shared/host-contract.ts";

/** How much of what the model can hold in view is used. Tokens. */
export interface ContextUse {
  readonly used: number;
  readonly of: number;
  readonly share: number;
}

/** From here on the next question may find no room, and older results leave the view. */
export const nearlyFull = 0.8;

/**
 * As the model counted at its last call in this conversation: what it read and what it wrote. Null before the first.
 * Replaced runs do not count: the model no longer sees them.
 */
export function contextUse(runs: readonly RunView[]): ContextUse | null {
  for (const run of runs.toReversed()) {
    if (run.replacedBy !== null) continue;
    const timing = run.steps.flatMap((step) => ("timing" in step && step.timing ? [step.timing] : [])).at(-1);
    if (timing === undefined) continue;
    const used = timing.promptTokens + timing.generatedTokens;
    return { used, of: run.contextTokens, share: Math.min(1, used / Math.max(1, run.contextTokens)) };
  }
  return null;
}
