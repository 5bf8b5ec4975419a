import type { ApprovalAnswer } from "../shared/approval.ts";
import type { AuditEntry } from "../shared/audit.ts";
import type { FileChange } from "../shared/change.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { PolicyRule } from "../shared/policy.ts";
import type { Decision } from "../shared/run.ts";
import type { Approvals } from "./approvals.ts";
import type { AuditLog } from "./audit-log.ts";
import { audited } from "./audited.ts";
import { approvalEntry, callEntry, type JudgedCall } from "./call-entries.ts";
import type { PolicyFile } from "./policy-file.ts";

export interface ConsentOptions {
  readonly policy: Pick<PolicyFile, "addOnTop">;
  readonly approvals: Pick<Approvals, "ask">;
  readonly audit: AuditLog;
}

/** A yes that goes further than one call. */
interface StandingYes {
  readonly key: string;
  readonly by: string;
  /** A yes from before untrusted content was read does not hold after it. */
  readonly tainted: boolean;
}

/** What the people in charge have said during one run, and asking them. Refusals and answers are recorded. */
export class Consent {
  readonly #options: ConsentOptions;
  readonly #standing: StandingYes[] = [];

  constructor(options: ConsentOptions) {
    this.#options = options;
  }

  /**
   * From what the policy says to a yes or a no.
   * @throws IndoorsError `cancelled`; `audit.unwritable`: then the answer is no.
   */
  async settle(
    judged: JudgedCall,
    about: "call" | "changes",
    changes: readonly FileChange[],
    signal: AbortSignal,
  ): Promise<Decision> {
    const { audit } = this.#options;
    const { verdict, reason } = judged.ruling;
    if (verdict === "allow") return decisionOf(judged, "allow", reason, about, changes);
    if (verdict === "deny") {
      await audit.event(callEntry("tool.refused", judged, { about, why: "policy" }, changes));
      return decisionOf(judged, "deny", reason, about, changes);
    }
    const key = standingKey(judged, about);
    const stands = this.#standing.find((yes) => yes.key === key && (yes.tainted || judged.taint.length === 0));
    if (stands !== undefined) {
      const words = `${stands.by} allowed this for the rest of the run.`;
      return { ...decisionOf(judged, "allow", words, about, changes), by: stands.by, scope: "run" };
    }
    const answer = await this.#ask(judged, about, changes, signal);
    const { decision, scope, by } = answer;
    let words = decision === "allow" ? `${by} allowed it.` : `${by} did not allow it.`;
    if (decision === "deny") await audit.event(callEntry("tool.refused", judged, { about, why: "answer" }, changes));
    else if (scope !== "call") this.#standing.push({ key, by, tainted: judged.taint.length > 0 });
    if (decision === "allow" && scope === "always") words += ` ${await this.#addRules(judged, by)}`;
    return { ...decisionOf(judged, decision, words, about, changes), by, ...(decision === "allow" ? { scope } : {}) };
  }

  async #ask(
    judged: JudgedCall,
    about: "call" | "changes",
    changes: readonly FileChange[],
    signal: AbortSignal,
  ): Promise<ApprovalAnswer> {
    const { agent, call, tool, grants, ruling, taint, sandbox, runId } = judged;
    const question = {
      ...{ runId, agent, about, call, reason: ruling.reason, effect: tool.effect, level: sandbox.level },
      ...{ grants: [...grants], taint: [...taint], changes: [...changes], scopes: [...judged.scopes] },
    };
    const answer = await this.#options.approvals.ask(question, signal);
    await this.#options.audit.event(approvalEntry(judged, about, answer, changes));
    return answer;
  }

  /** Makes "always" true: rules on top for exactly this agent, tool and folders. The sentence says what came of it. */
  async #addRules({ runId, agent, tool, grants }: JudgedCall, by: string): Promise<string> {
    const { audit, policy } = this.#options;
    const note = `${by} said always on ${new Date().toISOString().slice(0, 16)}Z.`;
    const rule: PolicyRule = { agent, tool: tool.name, verdict: "allow", note };
    const rules = grants.length === 0 ? [rule] : grants.map(({ path }) => ({ ...rule, grant: path }));
    const entry: AuditEntry = {
      action: "policy.change",
      actor: { kind: "person", name: by },
      runId,
      subject: "policy.json",
      facts: { rulesAdded: rules.length, tool: tool.name, verdict: "allow" },
      content: { rules: JSON.stringify(rules) },
    };
    try {
      await audited(audit, entry, () => policy.addOnTop(rules));
    } catch (error) {
      if (error instanceof IndoorsError && error.code === "audit.unwritable") throw error;
      return `The rule could not be added to the policy: ${messageOf(error)}`;
    }
    return "A rule for it was added to the policy.";
  }
}

/** A decision with what the policy said. */
export function decisionOf(
  { ruling, sandbox }: JudgedCall,
  decision: Decision["decision"],
  reason: string,
  about: "call" | "changes" = "call",
  changes: readonly FileChange[] = [],
): Decision {
  return {
    ...{ decision, reason, about, verdict: ruling.verdict, rule: ruling.rule, level: sandbox.level },
    ...(about === "changes" ? { changes: changes.map(({ path, kind, refused }) => ({ path, kind, refused })) } : {}),
  };
}

/** A yes for the run holds for the same tool in the same folders, opened the same way. */
function standingKey({ tool, grants }: JudgedCall, about: "call" | "changes"): string {
  return JSON.stringify([about, tool.name, ...grants.map(({ path, mode }) => [path, mode])]);
}
