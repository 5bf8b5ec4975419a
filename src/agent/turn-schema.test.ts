import { describe, expect, it } from "vitest";
import type { JsonSchema } from "../shared/llm-contract.ts";
import type { ToolArgument, ToolSpec } from "../shared/tool.ts";
import { checkSchema } from "./check-schema.ts";
import { callSchema, offeredTools, turnSchema, whatExists } from "./turn-schema.ts";

function tool(name: string, args: Readonly<Record<string, ToolArgument>>): ToolSpec {
  return { name, description: name, arguments: args, needs: [], effect: "read" };
}
const description = "";
const everything = tool("everything", {
  file: { kind: "path", of: "file", description },
  folder: { kind: "path", of: "any", description },
  words: { kind: "span", description },
  recording: { kind: "recording", description },
  day: { kind: "date", description },
  amount: { kind: "number", integer: true, min: 1, max: 100, description },
  many: { kind: "list", of: "span", description },
  way: { kind: "choice", values: ["up", "down"], description },
  note: { kind: "text", maxLength: 20, description },
  deep: { kind: "boolean", description },
});

/** Every string the schema allows for one argument. */
function allowed(schema: JsonSchema, name: string): unknown[] {
  const call = (schema["properties"] as Record<string, JsonSchema>)["arguments"] as JsonSchema;
  const argument = (call["properties"] as Record<string, JsonSchema>)[name] as JsonSchema;
  const values = (argument["enum"] ?? (argument["items"] as JsonSchema)["enum"]) as unknown[];
  return values;
}

describe("a schema made of what exists", () => {
  it("allows only things that exist (200 random worlds)", () => {
    let state = 5;
    const next = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % below;
    };
    const words =
      "invoice 12 the total 2026-01-05 of Müller board in meeting 'Bank of England', $5 -3 30 notes. budget".split(" ");
    for (let round = 0; round < 200; round++) {
      const question = `report ${Array.from({ length: next(20) }, () => words[next(words.length)]).join(" ")}`;
      const paths = Array.from(
        { length: 1 + next(80) },
        (_none, index) => `docs/${words[next(words.length)]}-${index}${next(4) === 0 ? "/" : ".txt"}`,
      );
      const recordings = Array.from({ length: next(30) }, (_none, index) => ({
        id: `rec-${index}`,
        name: `call ${index}`,
      }));
      const results = next(2) === 0 ? [] : ["Found 17 items in docs/found.txt on 2026-02-03"];
      const existing = whatExists({ question, results, paths, recordings, today: "2026-11-23" });
      const schema = callSchema(everything, existing);
      const offered = offeredTools([everything], existing);
      const files = paths.filter((path) => !path.endsWith("/"));
      expect(offered.length).toBe(files.length > 0 && recordings.length > 0 ? 1 : 0);
      if (offered.length === 0) continue;
      const seen = `${question}\n${results.join("\n")}`;
      for (const path of allowed(schema, "file")) expect(files).toContain(path);
      for (const span of [...allowed(schema, "words"), ...allowed(schema, "many")]) expect(seen).toContain(span);
      for (const id of allowed(schema, "recording")) expect(recordings.map((one) => one.id)).toContain(id);
      for (const day of allowed(schema, "day")) expect(["2026-11-23", "2026-01-05", "2026-02-03"]).toContain(day);
      expect(allowed(schema, "file").length).toBeLessThanOrEqual(40);
      expect(allowed(schema, "words").length).toBeLessThanOrEqual(64);
    }
  });

  it("cannot express a path that is not there", () => {
    const existing = whatExists({
      question: "read it",
      results: [],
      paths: ["a/x.txt"],
      recordings: [],
      today: "2026-11-23",
    });
    const read = tool("read", { file: { kind: "path", of: "file", description } });
    const schema = turnSchema([read], existing, true);
    expect(checkSchema({ tool: "read", arguments: { file: "a/x.txt" } }, schema)).toBeUndefined();
    expect(checkSchema({ answer: "yes" }, schema)).toBeUndefined();
    expect(checkSchema({ tool: "read", arguments: { file: "a/y.txt" } }, schema)).toBeDefined();
    expect(checkSchema({ tool: "write", arguments: { file: "a/x.txt" } }, schema)).toBeDefined();
    expect(checkSchema({ tool: "read", arguments: { file: "a/x.txt", more: 1 } }, schema)).toBeDefined();
  });

  it("holds numbers to those that were said and fit, and lets any number through when none was", () => {
    const amount = tool("t", { amount: { kind: "number", integer: true, min: 5, description } });
    const world = { results: [], paths: [], recordings: [], today: "2026-11-23" };
    expect(allowed(callSchema(amount, whatExists({ ...world, question: "3 or 8 or 9.5" })), "amount")).toEqual([8]);
    const free = callSchema(amount, whatExists({ ...world, question: "some" }));
    expect(checkSchema({ tool: "t", arguments: { amount: 77 } }, free)).toBeUndefined();
  });

  it("offers an optional argument only when something was said that it could be", () => {
    const shift = tool("shift", {
      date: { kind: "date", description, optional: true },
      amount: { kind: "number", description, optional: true },
      folder: { kind: "path", of: "folder", description, optional: true },
    });
    const world = { results: [], paths: ["docs/", "docs/board/"], recordings: [], today: "2026-11-23" };
    const offered = (question: string) => {
      const schema = callSchema(shift, whatExists({ ...world, question }));
      const args = (schema["properties"] as Record<string, JsonSchema>)["arguments"] as JsonSchema;
      return Object.keys(args["properties"] as object);
    };
    expect(offered("and then?")).toEqual([]);
    expect(offered("3 days after 2026-01-02")).toEqual(["date", "amount"]);
    expect(offered("what is in board?")).toEqual(["folder"]);
  });

  it("puts likely paths first: by rare words, and those a result names before all", () => {
    const paths = ["d/", "d/report-a.txt", "d/report-b.txt", "d/BoardMeetings2026.md", "d/z.txt"];
    const world = { paths, recordings: [], today: "2026-11-23" };
    const first = whatExists({ ...world, question: "the report of the board meeting", results: [] });
    expect(first.paths[0]?.path).toBe("d/BoardMeetings2026.md");
    const then = whatExists({ ...world, question: "the board meeting", results: ["d/z.txt: 3 matches"] });
    expect(then.paths[0]?.path).toBe("d/z.txt");
    expect(then.paths.map((entry) => entry.path).toSorted()).toEqual(paths.toSorted());
  });

  it("refuses what a grammar lets through: long strings, endless integers", () => {
    expect(checkSchema("abc", { type: "string", maxLength: 2 })).toBeDefined();
    expect(checkSchema(JSON.parse("1e400"), { type: "integer" })).toBeDefined();
    expect(checkSchema(JSON.parse("115E4344"), { type: "number" })).toBeDefined();
    expect(checkSchema([1, 2, 3], { type: "array", items: { type: "number" }, maxItems: 2 })).toBeDefined();
  });
});
