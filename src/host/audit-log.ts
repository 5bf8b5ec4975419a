import type { AuditEntry, AuditOutcome } from "../shared/audit.ts";

/**
 * The record of what crossed the line. Written by a process of its own. A promise that resolves means: it is on disk.
 * Whoever cannot write a row does not do the thing.
 */
export interface AuditLog {
  /** Something is about to happen. @throws IndoorsError `audit.unwritable`: then it must not happen. */
  intent(entry: AuditEntry): Promise<{ readonly id: string }>;
  /** It has ended. Each intent gets exactly one. */
  outcome(intentId: string, outcome: AuditOutcome): Promise<void>;
  /** Something happened that needs no outcome: a refusal, an answer to an approval. */
  event(entry: AuditEntry): Promise<void>;
}
