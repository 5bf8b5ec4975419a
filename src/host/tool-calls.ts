import { createHash } from "node:crypto";
import type { CallPolicy, ToolRunner } from "../agent/ports.ts";
import { evaluate, type Ruling } from "../agent/policy/evaluate.ts";
import { taintOf } from "../agent/policy/taint.ts";
import { touchedGrants } from "../agent/policy/touched-grants.ts";
import type { ApprovalScope } from "../shared/approval.ts";
import { IndoorsError, throwIfCancelled } from "../shared/errors.ts";
import type { Policy } from "../shared/policy.ts";
import type { Decision, Step } from "../shared/run.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import type { Grant, ToolCall, ToolOutcome, ToolSpec } from "../shared/tool.ts";
import type { StagedChanges } from "../tools/staging/staged-changes.ts";
import type { LaunchFacts } from "../tools/tool-launcher.ts";
import type { Approvals } from "./approvals.ts";
import type { AuditLog } from "./audit-log.ts";
import { audited } from "./audited.ts";
import { callEntry, callOutcome, type JudgedCall } from "./call-entries.ts";
import { Consent, decisionOf } from "./consent.ts";
import { type PolicyFile, withRealPaths } from "./policy-file.ts";

/** What came of running a call sealed. */
export interface LaunchedCall {
  readonly outcome: ToolOutcome;
  /** What it would change in granted folders; whoever launched it commits or discards that. */
  readonly staged: StagedChanges | null;
  readonly facts: LaunchFacts;
}

export interface ToolCallsOptions {
  readonly runId: string;
  readonly agent: string;
  /** By their real paths. */
  readonly grants: readonly Grant[];
  readonly tools: readonly ToolSpec[];
  /** The steps of the conversation so far, this run's included. */
  readonly steps: () => readonly Step[];
  /** Names that the model was shown and that could hold instructions, in words. */
  readonly names: () => readonly string[];
  readonly policy: Pick<PolicyFile, "read" | "addOnTop">;
  readonly approvals: Pick<Approvals, "ask">;
  readonly audit: AuditLog;
  readonly sandbox: () => Pick<SandboxReport, "level" | "launcher" | "probeId">;
  readonly launch: (call: ToolCall, grants: readonly Grant[], signal: AbortSignal) => Promise<LaunchedCall>;
  /** Told what was decided about the changes of a call, before anything is written. */
  readonly onDecision: (callId: string, decision: Decision) => void;
}

/**
 * Every tool call of one run goes through here: policy, approval, audit row, sealed worker, and, for what it would
 * change in files, policy and approval once more before anything is written. A row that cannot be written stops it.
 */
export class ToolCalls implements CallPolicy, ToolRunner {
  readonly #options: ToolCallsOptions;
  readonly #allowed = new Map<string, JudgedCall>();
  readonly #consent: Consent;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(options: ToolCallsOptions) {
    this.#options = options;
    this.#consent = new Consent(options);
  }

  decide(call: ToolCall, signal: AbortSignal): Promise<Decision> {
    return this.#tracked(this.#decide(call, signal));
  }

  run(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> {
    return this.#tracked(this.#run(call, signal));
  }

  /** Resolves when nothing of this run goes on any more. A run that was cancelled does not wait by itself. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async #decide(call: ToolCall, signal: AbortSignal): Promise<Decision> {
    const tool = this.#options.tools.find(({ name }) => name === call.tool);
    if (tool === undefined) return { decision: "deny", reason: `There is no tool '${call.tool}'.`, rule: null };
    const judged = await this.#judge(call, tool, tool.effect);
    // What a tool writes is shown when it is known: the call itself only prepares it.
    const prepares = tool.effect === "write" && judged.ruling.verdict === "ask";
    const decided = prepares
      ? decisionOf(judged, "allow", `What it would write is shown before it is written. ${judged.ruling.reason}`)
      : await this.#consent.settle(judged, "call", [], signal);
    if (decided.decision === "allow") this.#allowed.set(call.id, judged);
    return decided;
  }

  async #run(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome> {
    const judged = this.#allowed.get(call.id);
    if (judged === undefined) throw new Error(`the call ${call.id} was never decided`);
    this.#allowed.delete(call.id);
    try {
      const { outcome, staged } = await this.#launch(judged, signal);
      try {
        return staged === null || staged.list.length === 0
          ? outcome
          : await this.#writeChanges(judged, outcome, staged, signal);
      } finally {
        await staged?.discard();
      }
    } catch (error) {
      if (!(error instanceof IndoorsError) || error.code === "cancelled") throw error;
      return { ok: false, code: error.code, text: error.message };
    }
  }

  /** Intent, worker, outcome. */
  async #launch(judged: JudgedCall, signal: AbortSignal): Promise<LaunchedCall> {
    const { audit, launch } = this.#options;
    const { id } = await audit.intent(callEntry("tool.call", judged));
    const startedAt = performance.now();
    let launched: LaunchedCall;
    try {
      throwIfCancelled(signal);
      launched = await launch(judged.call, judged.grants, signal);
    } catch (error) {
      const cancelled = error instanceof IndoorsError && error.code === "cancelled";
      const code = error instanceof IndoorsError ? error.code : "internal";
      const facts = { ok: false, code, ms: Math.round(performance.now() - startedAt) };
      await audit.outcome(id, { result: cancelled ? "cancelled" : "failed", facts, content: {} });
      throw error;
    }
    try {
      await audit.outcome(id, callOutcome(launched.outcome, performance.now() - startedAt, { ...launched.facts }));
    } catch (error) {
      await launched.staged?.discard();
      throw error;
    }
    return launched;
  }

  async #writeChanges(
    { call, tool }: JudgedCall,
    outcome: ToolOutcome,
    staged: StagedChanges,
    signal: AbortSignal,
  ): Promise<ToolOutcome> {
    if (!outcome.ok) return { ...outcome, text: `${outcome.text}\nIt failed, so nothing that it changed was kept.` };
    const { audit, onDecision } = this.#options;
    const judged = await this.#judge(call, tool, "write");
    const refused = staged.list.filter((change) => change.refused !== null);
    if (refused.length > 0) {
      await audit.event(callEntry("tool.refused", judged, { about: "changes", why: "protected" }, refused));
    }
    const refusals = refused.map(({ path, refused: why }) => `${path} was not written: ${why}`);
    if (refused.length === staged.list.length) return withoutChanges(tool, outcome, refusals.join("\n"));

    const decided = await this.#consent.settle(judged, "changes", staged.list, signal);
    throwIfCancelled(signal);
    onDecision(call.id, decided);
    if (decided.decision === "deny") {
      return withoutChanges(tool, outcome, `The change was not allowed, so nothing was written: ${decided.reason}`);
    }
    // From here on it is not cancelled: what was begun is written and recorded.
    const { written, refused: failed } = await audited(
      audit,
      callEntry("changes.write", judged, {}, staged.list),
      () => staged.commit(),
      (report) => ({ written: report.written.length, notWritten: report.refused.length }),
    );
    const unwritten = [...new Set([...refusals, ...failed])];
    if (written.length === 0) return withoutChanges(tool, outcome, unwritten.join("\n"));
    const said = tool.effect === "run" ? [`Written: ${written.join(", ")}`] : [];
    return { ...outcome, text: [outcome.text, ...said, ...unwritten].join("\n") };
  }

  /** What the policy says. A policy that cannot be read denies everything, and says why. */
  async #judge(call: ToolCall, tool: ToolSpec, effect: ToolSpec["effect"]): Promise<JudgedCall> {
    const { runId, agent, policy: file } = this.#options;
    const sandbox = this.#options.sandbox();
    const grants = touchedGrants(tool, call.arguments, this.#options.grants);
    const taint = [...taintOf(this.#options.steps(), this.#options.tools), ...this.#options.names()];
    let written: Policy | undefined;
    let ruling: Ruling;
    try {
      written = await file.read();
      const policy = await withRealPaths(written);
      const judged = { name: tool.name, effect, server: tool.server };
      ruling = evaluate(policy, { agent, tool: judged, grants, level: sandbox.level, taint });
    } catch (error) {
      if (!(error instanceof IndoorsError)) throw error;
      ruling = { verdict: "deny", reason: error.message, rule: null };
    }
    // An allow that became a question by taint would stay a question, and a rule for no folder would be one for all. A tool
    // of a server is one thing, whatever folders there are.
    const byTaint = ruling.rule !== null && written?.rules[ruling.rule]?.verdict === "allow";
    const nowhere = grants.length === 0 && tool.server === undefined;
    const always: readonly ApprovalScope[] = byTaint || nowhere ? [] : ["always"];
    const policySha256 = written === undefined ? null : digestOf(written);
    return {
      runId,
      agent,
      call,
      tool,
      grants,
      ruling,
      policySha256,
      taint,
      sandbox,
      scopes: ["call", "run", ...always],
    };
  }

  #tracked<T>(work: Promise<T>): Promise<T> {
    this.#underWay.add(work);
    const forget = () => void this.#underWay.delete(work);
    work.then(forget, forget);
    return work;
  }
}

function digestOf(policy: Policy): string {
  return createHash("sha256").update(JSON.stringify(policy)).digest("hex");
}

/** A tool that only writes has failed then; what a script printed stays worth reading. */
function withoutChanges(tool: ToolSpec, outcome: ToolOutcome, why: string): ToolOutcome {
  if (tool.effect === "write") return { ok: false, code: "tool.denied", text: why };
  return { ...outcome, text: `${outcome.text}\n${why}` };
}
