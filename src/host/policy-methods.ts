import { realpath } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { firstAgent } from "../shared/agent.ts";
import type { Implementation } from "../shared/contract.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { hostContract } from "../shared/host-contract.ts";
import type { Policy, PolicyRule } from "../shared/policy.ts";
import type { Approvals } from "./approvals.ts";
import { person } from "./audit.ts";
import type { AuditLog } from "./audit-log.ts";
import { changePolicy } from "./policy-change.ts";
import { checkPolicy } from "./policy-check.ts";
import { type PolicyFile, readPolicy, withRealPaths } from "./policy-file.ts";
import { policyMatrix } from "./policy-matrix.ts";
import { putRule, type RuleSubject, takeRule } from "./policy-rules.ts";
import { type PolicyTopics, requireTopic } from "./policy-topics.ts";

type PolicyMethod = Extract<
  keyof typeof hostContract.methods,
  `policy.${string}` | `approvals.${string}` | `tools.${string}`
>;

export interface PolicyMethodsOptions {
  readonly policy: PolicyFile;
  readonly approvals: Approvals;
  readonly audit: AuditLog;
  /** What there is here now. */
  readonly topics: () => Promise<PolicyTopics>;
  /** The policy is another one now. */
  readonly onChanged: () => void;
}

/** The part of the host's contract that is about what tools may do, and about the questions that wait. */
export function policyMethods(options: PolicyMethodsOptions): Pick<Implementation<typeof hostContract>, PolicyMethod> {
  const { policy, approvals, topics, onChanged } = options;
  return {
    "approvals.list": () => ({ approvals: approvals.list() }),
    "approvals.answer": ({ id, answer }) => {
      approvals.answer(id, answer);
      return {};
    },
    "tools.list": async () => {
      const { tools } = await topics();
      return {
        tools: tools.map(({ name, description, effect, server }) => ({
          ...{ name, description, effect, server: server?.name ?? null },
        })),
      };
    },
    "policy.get": async () => {
      const { path } = policy;
      try {
        return { path, policy: await readPolicy(path), fault: null };
      } catch (error) {
        if (!(error instanceof IndoorsError)) throw error;
        return { path, policy: null, fault: error.message };
      }
    },
    "policy.check": async ({ path, call }) => {
      const supposed = call === null ? null : { ...call, agent: call.agent ?? firstAgent };
      return await checkPolicy(path ?? policy.path, supposed, await topics());
    },
    "policy.matrix": async ({ folders, agent }) => {
      const here = await topics();
      requireAgent(agent, here);
      const agents = agent === null ? here.agents : [agent];
      return { agents: [...agents], cells: await policyMatrix(() => policy.read(), folders, { ...here, agents }) };
    },
    "policy.setRule": async ({ agent, tool, grant, verdict }) => {
      const here = await topics();
      // What is gone can still be forgotten.
      if (verdict !== null) requireAgent(agent, here);
      if (verdict !== null && tool !== null) requireTopic(tool, here);
      const subject: RuleSubject = {
        ...(agent === null ? {} : { agent }),
        ...(tool === null ? {} : { tool }),
        ...(grant === null ? {} : { grant: await realFolder(grant) }),
      };
      const note = `${person().name} set it on ${new Date().toISOString().slice(0, 16)}Z.`;
      const rule: PolicyRule | null = verdict === null ? null : { ...subject, verdict, note };
      const facts = { agent, tool, verdict, hasGrant: grant !== null };
      await changePolicy(options, { facts, content: { grant: grant ?? "" } }, (before) =>
        withFoldersAsWritten(before, (real) =>
          rule === null ? takeRule(real, subject) : putRule(real, rule, here.tools),
        ),
      );
      onChanged();
      return {};
    },
    "policy.setMinimumLevel": async ({ level }) => {
      await changePolicy(options, { facts: { minimumLevel: level }, content: {} }, (before) =>
        before.minimumLevel === level ? before : { ...before, minimumLevel: level },
      );
      onChanged();
      return {};
    },
  };
}

/** Edits the policy by where its folders lead, and keeps the way each is written in the file. */
async function withFoldersAsWritten(policy: Policy, edit: (real: Policy) => Policy): Promise<Policy> {
  const real = await withRealPaths(policy);
  const written = new Map(real.rules.map((rule, index) => [rule, policy.rules[index]]));
  const edited = edit(real);
  return edited === real ? policy : { ...edited, rules: edited.rules.map((rule) => written.get(rule) ?? rule) };
}

function requireAgent(agent: string | null, { agents }: PolicyTopics): void {
  if (agent === null || agents.includes(agent)) return;
  throw new IndoorsError("input.invalid", `There is no agent '${agent}'. There are: ${agents.join(", ")}.`);
}

/** A folder by its real path, or as it is written when it is not there now. */
async function realFolder(path: string): Promise<string> {
  if (!isAbsolute(path)) {
    throw new IndoorsError("input.invalid", `The rule was not set: '${path}' is not an absolute path.`);
  }
  return await realpath(path).catch(() => path);
}
