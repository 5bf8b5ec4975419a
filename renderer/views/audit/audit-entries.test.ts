import { describe, expect, it } from "vitest";
import type { AuditRow } from "../../../src/shared/audit-contract.ts";
import { auditEntries, factText, filterEntries, meaningOf } from "./audit-entries.ts";

const row = (seq: number, more: Partial<AuditRow>): AuditRow => ({
  ...{ seq, id: `r${seq}`, time: "2026-11-23T10:00:00.000Z", mono: seq, boot: "b", session: "s" },
  ...{ actor: { kind: "agent", name: "assistant" }, action: "tool.call", phase: "event", ref: null, runId: null },
  ...{ subject: "read_file", facts: {}, content: {}, digest: "00" },
  ...more,
});

describe("the lines of the audit view", () => {
  const rows = [
    row(1, { phase: "intent" }),
    row(2, { phase: "intent", subject: "write_file" }),
    row(3, { phase: "outcome", ref: "r1", facts: { result: "refused", code: "tool.denied" } }),
    row(4, { action: "session.end" }),
    row(5, { phase: "outcome", ref: "r0", facts: { result: "ok" } }),
  ];

  it("puts what happened to what was begun, the newest first", () => {
    expect(auditEntries(rows).map((line) => [line.row.seq, line.outcome?.seq ?? null, line.result])).toEqual([
      [5, null, "ok"],
      [4, null, "noted"],
      [2, null, "open"],
      [1, 3, "refused"],
    ]);
  });

  it("finds words in both rows of an entry, all of them", () => {
    const entries = auditEntries(rows);
    expect(filterEntries(entries, "READ_FILE denied").map((line) => line.row.seq)).toEqual([1]);
    expect(filterEntries(entries, "read_file nothing")).toEqual([]);
    expect(filterEntries(entries, "  ")).toBe(entries);
  });

  it("gives each ending a meaning, and shows what would be hidden", () => {
    expect(["ok", "failed", "refused", "interrupted", "open", "noted"].map(meaningOf)).toEqual([
      ...["good", "refused", "refused", "attention", "attention", "neutral"],
    ]);
    expect(factText("a\u202eb")).not.toContain("\u202e");
  });
});
