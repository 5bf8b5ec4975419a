import { describe, expect, it } from "vitest";
import { toolEvidence } from "../agent/tool-evidence.ts";
import { offeredTools, whatExists } from "../agent/turn-schema.ts";
import { tools } from "../tools/registry.ts";

/** The words of the real tools, weighed as the agent weighs them: a new tool must not take the questions of another. */
const paths = ["docs/", "docs/lease.txt", "docs/retail-receipt.txt", "docs/budget 2026.csv", "docs/shop.db"];

function best(question: string): string | undefined {
  const existing = whatExists({ question, results: [], paths, recordings: [], today: "2026-11-23" });
  const offered = offeredTools(
    tools.map(({ spec }) => spec),
    existing,
  );
  const evidence = [...toolEvidence(offered, question, existing)];
  return evidence.sort((one, other) => other[1] - one[1])[0]?.[0];
}

describe("what speaks for the real tools", () => {
  it.each([
    ["What was on the retail receipt?", "read_file"],
    ["What does the lease say about pets?", "read_file"],
    ["Where do they mention the lazy dog?", "search_files"],
    ["What is 15 times 12?", "calculate"],
    ["What is the average of 3, 4 and 8?", "calculate"],
    ["Which date is a week after 2026-03-01?", "date_arithmetic"],
    ["How many rows does budget 2026.csv have?", "query_csv"],
    ["What is the total of the Amount column in the budget?", "query_csv"],
    ["Which tables are in shop.db?", "query_sqlite"],
    ["Write a summary of the lease to summary.txt", "read_file"],
    ["Thank you!", "answer"],
  ])("%s %s", (question, expected) => expect(best(question)).toBe(expected));
});
