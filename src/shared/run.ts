import { z } from "zod";
import { toolCall, toolOutcome } from "./tool.ts";

/** Tokens and times of one call of the model. Milliseconds; token counts of the model's own tokenizer. */
export const generationTiming = z.strictObject({
  promptTokens: z.int(),
  /** Prompt tokens that were really evaluated; the rest was reused from the cached prefix. */
  evaluatedTokens: z.int(),
  generatedTokens: z.int(),
  firstTokenMs: z.number(),
  totalMs: z.number(),
});
export type GenerationTiming = z.infer<typeof generationTiming>;

/** Why a run ended without an answer. */
export const stopReason = z.enum([
  "cancelled",
  "step-limit",
  "repeated-call",
  "malformed-call",
  "context-full",
  "engine",
  "tool",
]);
export type StopReason = z.infer<typeof stopReason>;

/**
 * One thing that happened in a run. A step is a row in the store before anyone is told of it, and is never changed.
 * Replaying the steps in order gives the history the model sees.
 */
export const step = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("question"), text: z.string() }),
  /** What the model wrote, word for word, when it did not make a valid call or answer. */
  z.strictObject({
    kind: z.literal("malformed"),
    text: z.string(),
    error: z.string(),
    timing: generationTiming.optional(),
  }),
  z.strictObject({
    kind: z.literal("call"),
    call: toolCall,
    timing: generationTiming.optional(),
    choice: z.array(z.strictObject({ option: z.string(), score: z.number() })).optional(),
  }),
  z.strictObject({
    kind: z.literal("decision"),
    callId: z.string(),
    decision: z.enum(["allow", "deny"]),
    reason: z.string(),
  }),
  z.strictObject({ kind: z.literal("result"), callId: z.string(), outcome: toolOutcome, ms: z.number() }),
  /** Tool output that was taken out of the model's view to make room. */
  z.strictObject({ kind: z.literal("compacted"), callIds: z.array(z.string()) }),
  z.strictObject({ kind: z.literal("answer"), text: z.string(), timing: generationTiming.optional() }),
  z.strictObject({ kind: z.literal("stopped"), reason: stopReason, message: z.string() }),
]);
export type Step = z.infer<typeof step>;

export const runStatus = z.enum(["running", "done", "stopped", "failed"]);
export type RunStatus = z.infer<typeof runStatus>;
