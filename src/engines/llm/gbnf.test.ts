import { getLlama, type Llama, LlamaLogLevel } from "node-llama-cpp";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { JsonSchema } from "../../shared/llm-contract.ts";
import { toGbnf } from "./gbnf.ts";

// A real model on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let llama: Llama;

beforeAll(async () => {
  llama = await getLlama({ gpu: false, build: "never", skipDownload: true, logLevel: LlamaLogLevel.disabled });
});

/** Asks llama.cpp itself whether a text is one of the grammar's. */
async function allows(schema: JsonSchema, text: string): Promise<boolean> {
  const grammar = await llama.createGrammar({ grammar: toGbnf(schema) });
  return (grammar as unknown as { _testText(text: string): boolean })._testText(text);
}

const call: JsonSchema = {
  oneOf: [
    {
      type: "object",
      properties: {
        tool: { const: "read_file" },
        arguments: { type: "object", properties: { path: { enum: ["a/b.txt", 'a/"c".txt'] } } },
      },
    },
    { type: "object", properties: { answer: { type: "string", maxLength: 5 } } },
  ],
};
const optional: JsonSchema = {
  type: "object",
  properties: { a: { type: "boolean" }, b: { type: "null" }, c: { type: "boolean" } },
  required: ["b"],
};
const free: JsonSchema = { type: "object", properties: {}, additionalProperties: { type: "boolean" } };
const list: JsonSchema = { type: "array", items: { type: "integer" }, minItems: 1, maxItems: 3 };

describe("toGbnf", () => {
  it.each<[JsonSchema, string, boolean]>([
    [call, '{"tool":"read_file","arguments":{"path":"a/b.txt"}}', true],
    [call, String.raw`{"tool":"read_file","arguments":{"path":"a/\"c\".txt"}}`, true],
    [call, '{"tool": "read_file", "arguments": {"path": "a/b.txt"}}', true],
    [call, '{"tool":"read_file","arguments":{"path":"a/c.txt"}}', false],
    [call, '{"tool":"read_file","arguments":{"path":"a/b.tx"}}', false],
    [call, '{"tool":"other","arguments":{"path":"a/b.txt"}}', false],
    [call, '{"arguments":{"path":"a/b.txt"},"tool":"read_file"}', false],
    [call, '{"answer":"12345"}', true],
    [call, '{"answer":"äöü漢字"}', true],
    [call, '{"answer":"123456"}', false],
    [call, '{"answer":"a\nb"}', false],
    [call, String.raw`{"answer":"a\nb"}`, true],
    [call, '{"answer":"a"}\n', false],
    [free, "{}", true],
    [free, '{"a":true,"b c":false}', true],
    [free, '{"a":1}', false],
    [free, '{"":true}', false],
    [optional, '{"b":null}', true],
    [optional, '{"a":true,"b":null}', true],
    [optional, '{"b":null,"c":false}', true],
    [optional, '{"a":true,"b":null,"c":false}', true],
    [optional, '{"a":true}', false],
    [optional, '{,"b":null}', false],
    [optional, '{"b":null,}', false],
    [list, "[]", false],
    [list, "[1]", true],
    [list, "[1,-2, 30]", true],
    [list, "[1,2,3,4]", false],
    [list, "[1.5]", false],
    [list, "[1e9]", false],
    [list, "[01]", false],
    [{ type: "array", items: { type: "boolean" } }, "[]", true],
    [{ type: "array", items: { type: "boolean" }, maxItems: 0 }, "[true]", false],
    [{ type: "array", items: { type: "boolean" }, maxItems: 1 }, "[true]", true],
    [{ type: "array", items: { type: "boolean" }, maxItems: 1 }, "[true,true]", false],
    [{ type: "number" }, "-3.25", true],
    [{ type: "number", minimum: 0 }, "-3.25", false],
    [{ type: "string", minLength: 2 }, '"a"', false],
    [{ type: "string", maxLength: 100_000 }, `"${"a".repeat(50)}"`, true],
    [{ enum: ["a", 1, true, null, "ab"] }, '"ab"', true],
    [{ enum: ["a", 1, true, null, "ab"] }, "null", true],
    [{ enum: ["a", 1, true, null, "ab"] }, "2", false],
    [{ type: "object", properties: {} }, "{}", true],
  ])("%j: %s is %s", async (schema, text, allowed) => {
    expect(await allows(schema, text)).toBe(allowed);
  });

  it("allows each of many paths that share beginnings and no other", async () => {
    const paths = Array.from({ length: 300 }, (_, n) => `docs/20${n % 30}/report ${n}${n % 2 ? ".pdf" : ""}`);
    const grammar = await llama.createGrammar({ grammar: toGbnf({ enum: paths }) });
    const matches = (text: string) => (grammar as unknown as { _testText(text: string): boolean })._testText(text);
    expect(paths.filter((path) => !matches(JSON.stringify(path)))).toEqual([]);
    expect(["docs/2001/report 1", "docs/2001/report 300", "docs/20"].filter((p) => matches(JSON.stringify(p)))).toEqual(
      [],
    );
  });

  it.each<[JsonSchema, RegExp]>([
    [{}, /undefined/],
    [{ type: "date" }, /"date"/],
    [{ enum: [] }, /allows nothing/],
    [{ oneOf: [] }, /allows nothing/],
    [{ type: "object", properties: { when: { type: "tuple" } } }, /schema\.when/],
    [{ type: "array" }, /schema\.items/],
  ])("refuses %j and names the place", (schema, message) => {
    expect(() => toGbnf(schema)).toThrow(
      expect.objectContaining({ code: "input.invalid", message: expect.stringMatching(message) }),
    );
  });
});
