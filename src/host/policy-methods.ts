import type { Implementation } from "../shared/contract.ts";
import type { hostContract } from "../shared/host-contract.ts";
import { agentName } from "./agent-runs.ts";
import type { Approvals } from "./approvals.ts";
import { checkPolicy } from "./policy-check.ts";
import type { PolicyFile } from "./policy-file.ts";
import type { SealedTools } from "./sealed-tools.ts";

type PolicyMethod = Extract<keyof typeof hostContract.methods, `policy.${string}` | `approvals.${string}`>;

/** The part of the host's contract that is about what tools may do, and about the questions that wait. */
export function policyMethods(
  policy: PolicyFile,
  approvals: Approvals,
  sealedTools: () => Promise<Pick<SealedTools, "specs" | "report">>,
): Pick<Implementation<typeof hostContract>, PolicyMethod> {
  return {
    "approvals.list": () => ({ approvals: approvals.list() }),
    "approvals.answer": ({ id, answer }) => {
      approvals.answer(id, answer);
      return {};
    },
    "policy.get": async () => {
      const { path, policy: inForce, fault } = await checkPolicy(policy.path, null, { tools: [], level: "D" });
      return { path, policy: inForce, fault };
    },
    "policy.check": async ({ path, call }) => {
      const { specs, report } = await sealedTools();
      const supposed = call === null ? null : { ...call, agent: call.agent ?? agentName };
      return await checkPolicy(path ?? policy.path, supposed, { tools: specs, level: report().level });
    },
  };
}
