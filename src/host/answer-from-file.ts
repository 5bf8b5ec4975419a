import { basename } from "node:path";
import { evaluate } from "../agent/policy/evaluate.ts";
import type { ApprovalAnswer, ApprovalRequest } from "../shared/approval.ts";
import type { Policy } from "../shared/policy.ts";
import { readPolicy, withRealPaths } from "./policy-file.ts";

/**
 * Reads a file in the form of the policy whose rules answer approvals, for runs that nobody sits beside. What it allows
 * is allowed, taint or not: whoever wrote the file has answered. All else is a no.
 * @throws IndoorsError `policy.invalid`
 */
export async function answersFromFile(path: string): Promise<(request: ApprovalRequest) => ApprovalAnswer> {
  const policy = await withRealPaths(await readPolicy(path));
  return (request) => answerFromPolicy(policy, request, `file:${basename(path)}`);
}

function answerFromPolicy(policy: Policy, request: ApprovalRequest, by: string): ApprovalAnswer {
  const { call, about, grants, level } = request;
  const effect = about === "changes" ? "write" : request.effect;
  const [server, ...rest] = call.tool.split("__");
  const tool = { name: call.tool, effect, server: rest.length > 0 ? { name: server ?? "" } : undefined };
  const situation = { agent: request.agent, tool, grants, level, taint: [] } as const;
  const { verdict } = evaluate(policy, situation);
  return { decision: verdict === "allow" ? "allow" : "deny", scope: "call", by };
}
