import type { AuditEntry, AuditOutcome } from "../../shared/audit.ts";
import { IndoorsError } from "../../shared/errors.ts";
import type { AuditLog } from "../audit-log.ts";

export interface MemoryRow {
  readonly phase: "intent" | "outcome" | "event";
  readonly action: AuditEntry["action"];
  readonly facts: AuditEntry["facts"];
  readonly content: AuditEntry["content"];
  readonly result?: AuditOutcome["result"];
}

/** An audit log in memory, for tests of what writes to it. `failAt` is the number of rows after which it is full. */
export class MemoryAudit implements AuditLog {
  readonly rows: MemoryRow[] = [];
  failAt = Infinity;

  async intent(entry: AuditEntry): Promise<{ readonly id: string }> {
    this.#write({ phase: "intent", action: entry.action, facts: entry.facts, content: entry.content });
    return { id: String(this.rows.length - 1) };
  }

  async outcome(intentId: string, { result, facts, content }: AuditOutcome): Promise<void> {
    const intent = this.rows[Number(intentId)];
    if (intent?.phase !== "intent") throw new Error(`an outcome without its intent: ${intentId}`);
    this.#write({ phase: "outcome", action: intent.action, facts, content, result });
  }

  async event(entry: AuditEntry): Promise<void> {
    this.#write({ phase: "event", action: entry.action, facts: entry.facts, content: entry.content });
  }

  /** What was recorded, in short: `intent tool.call`, `outcome tool.call ok`. */
  get story(): readonly string[] {
    return this.rows.map(({ phase, action, result }) => [phase, action, ...(result ? [result] : [])].join(" "));
  }

  #write(row: MemoryRow): void {
    if (this.rows.length >= this.failAt) throw new IndoorsError("audit.unwritable", "The audit log is full.");
    this.rows.push(row);
  }
}
