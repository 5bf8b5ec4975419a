import { describe, expect, it, onTestFinished, vi } from "vitest";
import { schemaCheck } from "./check-schema.ts";

it("checks values, schema by schema", () => {
  const check = schemaCheck({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "https://schemas.example/one",
    type: "object",
    properties: { day: { type: "string", format: "date" }, many: { type: "array", items: { $ref: "#/$defs/n" } } },
    required: ["day"],
    additionalProperties: false,
    $defs: { n: { type: "integer" } },
  });
  expect(check({ day: "2026-11-23", many: [1, 2] })).toBeNull();
  expect(check({})).toContain("day");
  expect(check({ day: "soon" })).toContain("format");
  expect(check({ day: "2026-11-23", many: ["x"] })).toContain("integer");
  expect(check({ day: "2026-11-23", more: 1 })).toContain("additional");
  // The same name in another schema means nothing.
  const other = schemaCheck({ $id: "https://schemas.example/one", type: "string" });
  expect(other("text")).toBeNull();
  expect(check("text")).not.toBeNull();
});

describe("refuses", () => {
  let doubling: Record<string, unknown> = {};
  for (let at = 1; at < 40; at++) {
    const before = { $ref: `#/$defs/d${at - 1}` };
    doubling = { ...doubling, [`d${at}`]: { anyOf: [before, before] } };
  }
  it.each<readonly [string, Record<string, unknown>, unknown, RegExp]>([
    ["what refers to another place", { $ref: "https://schemas.example/x" }, 1, /can't resolve reference/],
    ["what refers to a file", { $ref: "file:///etc/passwd" }, 1, /can't resolve reference/],
    ["what refers to itself", { $ref: "#" }, 1, /cannot be used/],
    ["a pattern that is none", { type: "string", pattern: "(" }, "x", /regular expression/],
    ["a pattern that takes for ever", { pattern: "^(a+)+$" }, `${"a".repeat(40)}!`, /takes too long/],
    [
      "what doubles at each step",
      { $defs: { d0: { type: "string" }, ...doubling }, $ref: "#/$defs/d39" },
      5,
      /takes too long/,
    ],
  ])("%s", (_, schema, value, why) => {
    expect(() => schemaCheck(schema)(value)).toThrow(why);
  });
});

it("goes on after it was stopped", () => {
  const check = schemaCheck({ type: "string", pattern: "^(a+)+$" });
  expect(() => check(`${"a".repeat(40)}!`)).toThrow(/takes too long/);
  expect(schemaCheck({ type: "string", pattern: "^a+$" })("aaa")).toBeNull();
});

it("prints nothing of a schema", () => {
  const said = vi.spyOn(console, "warn").mockImplementation(() => {});
  onTestFinished(() => said.mockRestore());
  expect(schemaCheck({ type: "string", format: "\u001B[2Jweird" })("x")).toBeNull();
  expect(said).not.toHaveBeenCalled();
});
