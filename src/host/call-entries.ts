import type { Ruling } from "../agent/policy/evaluate.ts";
import type { ApprovalAnswer, ApprovalScope } from "../shared/approval.ts";
import type { AuditAction, AuditEntry, AuditOutcome } from "../shared/audit.ts";
import type { FileChange } from "../shared/change.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import type { Grant, ToolCall, ToolOutcome, ToolSpec } from "../shared/tool.ts";

/** A call with all that was found out about it before it was decided. */
export interface JudgedCall {
  readonly runId: string;
  readonly agent: string;
  readonly call: ToolCall;
  readonly tool: ToolSpec;
  /** The grants it touches. */
  readonly grants: readonly Grant[];
  readonly ruling: Ruling;
  /** Which policy that was: its SHA-256, so that an edit by hand shows too. Null when it could not be read. */
  readonly policySha256: string | null;
  readonly taint: readonly string[];
  /** How far a yes may go. */
  readonly scopes: readonly ApprovalScope[];
  readonly sandbox: Pick<SandboxReport, "level" | "launcher" | "probeId">;
}

/** The audit row of something that a call does or was refused. Facts hold no content: names, sizes and verdicts. */
export function callEntry(
  action: AuditAction,
  judged: JudgedCall,
  facts: AuditEntry["facts"] = {},
  changes: readonly FileChange[] = [],
): AuditEntry {
  const { call, tool, grants, ruling, sandbox, taint } = judged;
  const lengths = Object.entries(call.arguments).map(
    ([name, value]) => `${name}:${JSON.stringify(value)?.length ?? 0}`,
  );
  return {
    action,
    actor: { kind: "agent", name: judged.agent },
    runId: judged.runId,
    subject: tool.name,
    facts: {
      call: call.id,
      effect: tool.effect,
      verdict: ruling.verdict,
      rule: ruling.rule,
      policy: judged.policySha256,
      level: sandbox.level,
      probeId: sandbox.probeId,
      launcher: sandbox.launcher,
      grants: grants.length,
      modes: grants.map(({ mode }) => mode).join(","),
      arguments: lengths.join(","),
      ...(tool.server === undefined
        ? {}
        : {
            server: tool.server.name,
            serverKind: tool.server.kind ?? null,
            fingerprint: tool.server.fingerprint?.slice(0, 12) ?? null,
          }),
      tainted: taint.length > 0,
      ...facts,
      ...(changes.length > 0 ? countsOf(changes) : {}),
    },
    content: {
      arguments: JSON.stringify(call.arguments),
      grants: JSON.stringify(grants.map(({ path }) => path)),
      reason: ruling.reason,
      ...(changes.length > 0
        ? { changes: JSON.stringify(changes.map(({ path, kind, sha256After }) => [path, kind, sha256After])) }
        : {}),
    },
  };
}

/** The row of an answer to an approval. */
export function approvalEntry(
  judged: JudgedCall,
  about: "call" | "changes",
  answer: ApprovalAnswer,
  changes: readonly FileChange[],
): AuditEntry {
  const { decision, scope, by } = answer;
  // `option:…` and `file:…` are answers that were given before anyone was asked.
  const kind = /^(?:option|file):/u.test(by) ? "system" : "person";
  const entry = callEntry("approval", judged, { about, decision, scope, by }, changes);
  return { ...entry, actor: { kind, name: by } };
}

/** How a call has ended. */
export function callOutcome(outcome: ToolOutcome, ms: number, facts: AuditOutcome["facts"]): AuditOutcome {
  return {
    result: outcome.ok ? "ok" : outcome.code === "tool.denied" ? "refused" : "failed",
    facts: { ok: outcome.ok, code: outcome.ok ? null : outcome.code, ms: Math.round(ms), ...facts },
    content: { text: outcome.text },
  };
}

function countsOf(changes: readonly FileChange[]): AuditEntry["facts"] {
  const count = (kind: FileChange["kind"]) => changes.filter((change) => change.kind === kind).length;
  return {
    created: count("created"),
    modified: count("modified"),
    deleted: count("deleted"),
    refusedChanges: changes.filter(({ refused }) => refused !== null).length,
  };
}

/** The row of a probe of the sandbox. */
export function probeEntry(report: SandboxReport): AuditEntry {
  const { level, launcher, probeId, runningAsRoot, staging, cgroup, checks } = report;
  const count = (states: readonly string[]) => checks.filter(({ state }) => states.includes(state)).length;
  return {
    action: "sandbox.probe",
    actor: { kind: "system", name: "indoors" },
    runId: null,
    subject: probeId,
    facts: {
      ...{ level, launcher, runningAsRoot, staging, cgroup, checks: checks.length },
      ...{ asTheyShouldBe: count(["stopped", "works"]), wrong: count(["escaped", "failed"]) },
    },
    content: {},
  };
}
