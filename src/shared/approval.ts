import { z } from "zod";
import { fileChange } from "./change.ts";
import { sandboxLevel } from "./sandbox.ts";
import { grant, toolCall } from "./tool.ts";

/** How far a yes goes: this call, the rest of this run, or a rule in the policy for exactly this tool and grant. */
export const approvalScope = z.enum(["call", "run", "always"]);
export type ApprovalScope = z.infer<typeof approvalScope>;

/** A question to the person in charge, with everything there is to know before saying yes. */
export const approvalRequest = z.strictObject({
  id: z.string(),
  runId: z.string(),
  /** Which agent wants it, as the policy names it. */
  agent: z.string(),
  /** ISO time. */
  askedAt: z.string(),
  /** May the call run, or may the changes that it staged be written? */
  about: z.enum(["call", "changes"]),
  /** The whole call: arguments are never shortened here. */
  call: toolCall,
  effect: z.enum(["read", "write", "run"]),
  grants: z.array(grant),
  level: sandboxLevel,
  /** Why it is asked: the rule, or the taint. */
  reason: z.string(),
  /** What untrusted content this conversation has read before, in words. Empty when there was none. */
  taint: z.array(z.string()),
  changes: z.array(fileChange),
  scopes: z.array(approvalScope),
});
export type ApprovalRequest = z.infer<typeof approvalRequest>;

export const approvalAnswer = z.strictObject({
  decision: z.enum(["allow", "deny"]),
  scope: approvalScope,
  /** Who answered, for the audit log: `terminal`, `file:NAME`, later a person's name. */
  by: z.string().min(1),
});
export type ApprovalAnswer = z.infer<typeof approvalAnswer>;
