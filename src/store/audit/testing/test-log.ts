import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditEntry } from "../../../shared/audit.ts";
import { type Append, AuditDatabase } from "../audit-database.ts";

export const agent: AuditEntry["actor"] = { kind: "agent", name: "assistant" };

/** An entry like the host's. */
export function entry(change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    action: "tool.call",
    actor: agent,
    runId: "run-1",
    subject: "read_file",
    facts: { level: "A", effect: "read" },
    content: {},
    ...change,
  };
}

/** A folder for a log, gone when it is disposed. */
export function logFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), "indoors-audit-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * Rows as a house at work writes them: calls with intent and outcome, every seventh refused, some with content.
 * `count` rows in batches of a thousand.
 */
export function fillLog(database: AuditDatabase, count: number): void {
  for (let written = 0; written < count;) {
    const batch = Math.min(1000, count - written);
    const pairs: Append[] = [];
    for (let at = written; at < written + batch; at++) {
      if (at % 7 === 0) {
        pairs.push({ phase: "event", entry: entry({ action: "tool.refused", facts: { rule: at } }) });
      } else {
        const content: Record<string, string> = at % 3 === 0 ? { arguments: `{"path":"notes/${at}.txt"}` } : {};
        pairs.push({ phase: "intent", entry: entry({ runId: `run-${at % 50}`, facts: { number: at }, content }) });
      }
    }
    const ids = database.append(pairs);
    written += batch;
    // The outcomes of some of them, as long as there is room.
    const outcomes = pairs.flatMap(({ phase }, index): Append[] => {
      const ref = ids[index];
      if (phase !== "intent" || typeof ref !== "string" || index % 2 === 0) return [];
      return [
        { phase: "outcome", ref, outcome: { result: "ok", facts: { ms: index }, content: { text: `t${index}` } } },
      ];
    });
    const fitting = outcomes.slice(0, count - written);
    if (fitting.length > 0) database.append(fitting);
    written += fitting.length;
  }
}
