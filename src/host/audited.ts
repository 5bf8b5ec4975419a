import type { AuditEntry } from "../shared/audit.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { AuditLog } from "./audit-log.ts";

/**
 * Does something between its two rows: no intent, no work. The outcome says how it ended; `factsOf` adds what is known
 * only then.
 * @throws IndoorsError `audit.unwritable`, and what `work` throws
 */
export async function audited<T>(
  audit: AuditLog,
  entry: AuditEntry,
  work: () => Promise<T>,
  factsOf: (result: T) => AuditEntry["facts"] = () => ({}),
): Promise<T> {
  const { id } = await audit.intent(entry);
  let done: T;
  try {
    done = await work();
  } catch (thrown) {
    const code = thrown instanceof IndoorsError ? thrown.code : "internal";
    const result = code === "cancelled" ? "cancelled" : "failed";
    // Why the work failed is what the caller must hear; a row that cannot be written is marked at the next start.
    await audit.outcome(id, { result, facts: { code }, content: {} }).catch(() => {});
    throw thrown;
  }
  await audit.outcome(id, { result: "ok", facts: factsOf(done), content: {} });
  return done;
}
