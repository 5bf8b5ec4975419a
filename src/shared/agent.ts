import { z } from "zod";

/** The agent that is always there: questions go to it unless another one is chosen. */
export const firstAgent = "assistant";

export const agentId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, "must be small letters, digits and -, begin with a letter, and be at most 32 long");

/** Somebody who answers: a prompt, a model, and what the policy lets it do under its name. */
export const agent = z.strictObject({
  /** What policies and audit rows call it. It never changes. */
  id: agentId,
  title: z.string().min(1).max(80),
  /** What it is for, in a sentence: shown to people, and to agents that may hand over to it. */
  purpose: z.string().max(300),
  /** Added to the system text. */
  prompt: z.string().max(8000),
  /** By name; null: the one that settings say, or the best there is. */
  model: z.string().nullable(),
  /** Agents it may hand a question over to. What it may do, and what was opened to it, does not go along. */
  handOverTo: z.array(agentId).max(20),
});
export type Agent = z.infer<typeof agent>;
