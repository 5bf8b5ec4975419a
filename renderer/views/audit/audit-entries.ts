import type { AuditRow } from "../../../src/shared/audit-contract.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import type { Meaning } from "../../ui/Badge.tsx";

/** Something that was done, on one line: the row before it and, when it has ended, the row after it. */
export interface AuditEntryLine {
  readonly row: AuditRow;
  readonly outcome: AuditRow | null;
  /** How it ended: `ok`, `failed`, `refused`, `cancelled`, `interrupted`; `noted` needs no end; `open` has none yet. */
  readonly result: string;
}

/** Puts outcomes to their intents. Newest first. An outcome whose intent is not among the rows stands alone. */
export function auditEntries(rows: readonly AuditRow[]): AuditEntryLine[] {
  const outcomes = new Map(rows.flatMap((row) => (row.ref === null ? [] : [[row.ref, row] as const])));
  const intents = new Set(rows.map(({ id }) => id));
  return rows
    .filter(({ ref }) => ref === null || !intents.has(ref))
    .map((row) => {
      const outcome = outcomes.get(row.id) ?? null;
      const ended = outcome ?? (row.phase === "outcome" ? row : null);
      const result =
        ended === null ? (row.phase === "intent" ? "open" : "noted") : String(ended.facts["result"] ?? "ok");
      return { row, outcome, result };
    })
    .toReversed();
}

/** The entries in which each of these words stands: in who, what, about, or a fact. */
export function filterEntries(entries: readonly AuditEntryLine[], words: string): readonly AuditEntryLine[] {
  const wanted = words.toLowerCase().split(/\s+/u).filter(Boolean);
  if (wanted.length === 0) return entries;
  return entries.filter(({ row, outcome }) => {
    const facts = [row, outcome].flatMap((one) => (one === null ? [] : Object.values(one.facts)));
    const said = [row.actor.name, row.action, row.subject, row.seq, ...facts].join(" ").toLowerCase();
    return wanted.every((word) => said.includes(word));
  });
}

/** What an ending means. */
export function meaningOf(result: string): Meaning {
  if (result === "ok") return "good";
  if (result === "failed" || result === "refused") return "refused";
  return result === "noted" ? "neutral" : "attention";
}

/** A fact as it may be shown: somebody else may have chosen its characters. */
export function factText(value: string | number | boolean | null): string {
  return value === null ? "–" : showHidden(String(value));
}
