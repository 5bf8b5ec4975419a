import { realpath } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { AuditEntry } from "../shared/audit.ts";
import type { Implementation } from "../shared/contract.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { hostContract } from "../shared/host-contract.ts";
import type { Policy, PolicyRule } from "../shared/policy.ts";
import type { ToolSpec } from "../shared/tool.ts";
import { agentName } from "./agent-runs.ts";
import type { Approvals } from "./approvals.ts";
import { person } from "./audit.ts";
import type { AuditLog } from "./audit-log.ts";
import { audited } from "./audited.ts";
import { checkPolicy } from "./policy-check.ts";
import { effects, type PolicyFile, withRealPaths } from "./policy-file.ts";
import { policyMatrix } from "./policy-matrix.ts";
import { putRule, type RuleSubject, takeRule } from "./policy-rules.ts";
import type { SealedTools } from "./sealed-tools.ts";

type PolicyMethod = Extract<
  keyof typeof hostContract.methods,
  `policy.${string}` | `approvals.${string}` | `tools.${string}`
>;

/** The part of the host's contract that is about what tools may do, and about the questions that wait. */
export function policyMethods(
  policy: PolicyFile,
  approvals: Approvals,
  sealedTools: () => Promise<Pick<SealedTools, "specs" | "report">>,
  audit: AuditLog,
): Pick<Implementation<typeof hostContract>, PolicyMethod> {
  /** A change of the policy that a person made: recorded before it holds. */
  const changed = (
    facts: AuditEntry["facts"],
    content: AuditEntry["content"],
    edit: Parameters<PolicyFile["change"]>[0],
  ) =>
    audited(
      audit,
      { action: "policy.change", actor: person(), runId: null, subject: "policy.json", facts, content },
      () => policy.change(edit),
      ({ before, after }) => ({
        ...{ rulesBefore: before.rules.length, rulesAfter: after.rules.length },
        ...{ minimumLevelBefore: before.minimumLevel, minimumLevelAfter: after.minimumLevel },
      }),
    );

  return {
    "approvals.list": () => ({ approvals: approvals.list() }),
    "approvals.answer": ({ id, answer }) => {
      approvals.answer(id, answer);
      return {};
    },
    "tools.list": async () => {
      const { specs } = await sealedTools();
      return { tools: specs.map(({ name, description, effect }) => ({ name, description, effect })) };
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
    "policy.matrix": async ({ folders }) => {
      const { specs, report } = await sealedTools();
      const agents = [agentName];
      const here = { agents, tools: specs, level: report().level };
      return { agents, cells: await policyMatrix(() => policy.read(), folders, here) };
    },
    "policy.setRule": async ({ agent, tool, grant, verdict }) => {
      const { specs } = await sealedTools();
      requireTool(tool, specs);
      const subject: RuleSubject = {
        ...(agent === null ? {} : { agent }),
        tool,
        ...(grant === null ? {} : { grant: await realFolder(grant) }),
      };
      const by = person().name;
      const note = `${by} set it on ${new Date().toISOString().slice(0, 16)}Z.`;
      const rule: PolicyRule | null = verdict === null ? null : { ...subject, verdict, note };
      await changed({ agent, tool, verdict, hasGrant: grant !== null }, { grant: grant ?? "" }, (before) =>
        withFoldersAsWritten(before, (real) => (rule === null ? takeRule(real, subject) : putRule(real, rule, specs))),
      );
      return {};
    },
    "policy.setMinimumLevel": async ({ level }) => {
      await changed({ minimumLevel: level }, {}, (before) =>
        before.minimumLevel === level ? before : { ...before, minimumLevel: level },
      );
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

function requireTool(tool: string, specs: readonly ToolSpec[]): void {
  const known = [...specs.map(({ name }) => name), ...effects];
  if (known.includes(tool)) return;
  throw new IndoorsError("input.invalid", `There is no tool '${tool}'. There are: ${known.join(", ")}.`);
}

/** A folder by its real path, or as it is written when it is not there now. */
async function realFolder(path: string): Promise<string> {
  if (!isAbsolute(path)) {
    throw new IndoorsError("input.invalid", `The rule was not set: '${path}' is not an absolute path.`);
  }
  return await realpath(path).catch(() => path);
}
