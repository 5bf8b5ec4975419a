import { z } from "zod";
import { sandboxLevel } from "./sandbox.ts";

export const verdict = z.enum(["allow", "ask", "deny"]);
export type Verdict = z.infer<typeof verdict>;

/** One line of the policy. A field that is left out matches everything. */
export const policyRule = z.strictObject({
  agent: z.string().min(1).optional(),
  /**
   * The name of a tool, an effect (`effect:read`, `effect:write`, `effect:run`), or every tool of an MCP server:
   * `server:records`. `sampling:records` lets that server use the local model: only a rule of exactly that name does.
   */
  tool: z.string().min(1).optional(),
  /** The absolute path of a granted folder; the rule speaks of calls that touch this grant or a folder below it. */
  grant: z.string().min(1).optional(),
  verdict,
  /** Why the rule is there, for whoever reads the file. */
  note: z.string().optional(),
});
export type PolicyRule = z.infer<typeof policyRule>;

/** The policy file. The first rule that matches decides; what no rule matches is denied. */
export const policy = z.strictObject({
  version: z.literal(1),
  /** Below this level of the sandbox no tool runs. */
  minimumLevel: sandboxLevel,
  /** Stricter for single tools, by name. */
  minimumLevelOf: z.record(z.string(), sandboxLevel).optional(),
  rules: z.array(policyRule),
});
export type Policy = z.infer<typeof policy>;
