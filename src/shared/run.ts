import { z } from "zod";
import { approvalScope } from "./approval.ts";
import { fileChange } from "./change.ts";
import { verdict } from "./policy.ts";
import { sandboxLevel } from "./sandbox.ts";
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
  /** The audit log could not be written, so nothing more was done. */
  "audit",
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
    /** What was decided about: the call itself, when left out, or the changes to files that it prepared. */
    about: z.enum(["call", "changes"]).optional(),
    /** What the policy said, and by which of its rules, counted from 0; null when none was about this call. */
    verdict: verdict.optional(),
    rule: z.int().nullable().optional(),
    /** How well the worker is sealed. */
    level: sandboxLevel.optional(),
    /** Who answered and how far that goes, when someone was asked. */
    by: z.string().optional(),
    scope: approvalScope.optional(),
    /** What would be written, without the contents. */
    changes: z.array(fileChange.pick({ path: true, kind: true, refused: true })).optional(),
  }),
  z.strictObject({ kind: z.literal("result"), callId: z.string(), outcome: toolOutcome, ms: z.number() }),
  /** Tool output that was taken out of the model's view to make room. */
  z.strictObject({ kind: z.literal("compacted"), callIds: z.array(z.string()) }),
  z.strictObject({ kind: z.literal("answer"), text: z.string(), timing: generationTiming.optional() }),
  z.strictObject({ kind: z.literal("stopped"), reason: stopReason, message: z.string() }),
]);
export type Step = z.infer<typeof step>;

/** What the policy, and whoever it asked, said of a call or its changes. */
export type Decision = Omit<Extract<Step, { readonly kind: "decision" }>, "kind" | "callId">;

export const runStatus = z.enum(["running", "done", "stopped", "failed"]);
export type RunStatus = z.infer<typeof runStatus>;
