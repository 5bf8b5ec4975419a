import { describe, expect, it } from "vitest";
import type { ToolArgument, ToolSpec } from "../shared/tool.ts";
import { toolEvidence } from "./tool-evidence.ts";
import { whatExists } from "./turn-schema.ts";

function tool(
  name: string,
  description: string,
  args: Readonly<Record<string, ToolArgument>>,
  needs: ToolSpec["needs"] = [],
): ToolSpec {
  return { name, description, arguments: args, needs, effect: "read" };
}
const description = "";
const tools = [
  tool("read_file", "Reads a text file.", { file: { kind: "path", of: "file", description } }, ["grants"]),
  tool("search_files", "Searches files for words.", { words: { kind: "span", description } }, ["grants"]),
  tool("calculate", "Works out an arithmetic expression.", {
    expression: { kind: "text", maxLength: 99, description },
  }),
  tool("date_arithmetic", "Adds time to a date.", { date: { kind: "date", description, optional: true } }),
];
const paths = ["docs/", "docs/lease.txt", "docs/retail-receipt.txt"];

function best(question: string, more: Partial<Parameters<typeof whatExists>[0]> = {}): string | undefined {
  const existing = whatExists({ question, results: [], paths, recordings: [], today: "2026-11-23", ...more });
  const evidence = [...toolEvidence(tools, question, existing)];
  return evidence.sort((one, other) => other[1] - one[1])[0]?.[0];
}

describe("evidence for a tool", () => {
  it.each([
    ["What was on the retail receipt?", "read_file"],
    ["Where do they mention the lazy dog?", "search_files"],
    ["What is 15 times 12?", "calculate"],
    ["Which date is a week after 2026-03-01?", "date_arithmetic"],
    ["Thank you!", "answer"],
  ])("%s %s", (question, expected) => {
    expect(best(question)).toBe(expected);
  });

  it("reads what a search found, then answers", () => {
    const question = "Where do they mention the lazy dog?";
    const search = { tool: "search_files", arguments: { words: "lazy dog" }, ok: true };
    expect(best(question, { results: ["docs/lease.txt: the lazy dog"], calls: [search] })).toBe("read_file");
    const read = { tool: "read_file", arguments: { file: "docs/lease.txt" }, ok: true };
    expect(best(question, { results: ["docs/lease.txt: the lazy dog", "…"], calls: [search, read] })).toBe("answer");
  });

  it("leaves a file to the tools that are for files of its ending", () => {
    const csv = tool(
      "query_csv",
      "Queries a table.",
      { file: { kind: "path", of: "file", endings: [".csv"], description } },
      ["grants"],
    );
    const support = (question: string) => {
      const seen = { question, results: [], paths: [...paths, "docs/rates.CSV"], recordings: [], today: "2026-11-23" };
      return toolEvidence([csv], question, whatExists(seen)).get("query_csv") ?? 0;
    };
    expect(support("What was on the retail receipt?")).toBe(0);
    expect(support("What is in rates?")).toBeGreaterThan(0);
  });
});
