import { describe, expect, it } from "vitest";
import { parametersSchema } from "./arguments-schema.ts";
import { checkSchema } from "./check-schema.ts";
import { jsonSubset, withoutNulls } from "./json-subset.ts";
import { validateCall } from "./validate-call.ts";

/** What @modelcontextprotocol/server-memory asks for. */
const entities = {
  type: "array",
  items: {
    type: "object",
    properties: {
      name: { type: "string", description: "The name of the\u202e entity" },
      observations: { type: "array", items: { type: "string" } },
      weight: { anyOf: [{ type: "number" }, { $ref: "#/$defs/word" }] },
    },
    required: ["name", "observations"],
  },
  $defs: { word: { const: "heavy" } },
};

function everyPart(schema: unknown, visit: (part: Record<string, unknown>, depth: number) => void, depth = 0): void {
  if (typeof schema !== "object" || schema === null) return;
  visit(schema as Record<string, unknown>, depth);
  for (const value of Object.values(schema)) everyPart(value, visit, depth + 1);
}

describe("jsonSubset", () => {
  it("keeps what a grammar can say of a nested schema", () => {
    const subset = jsonSubset(entities);
    expect(checkSchema([{ name: "Ann", observations: ["tall"] }], subset)).toBeUndefined();
    expect(checkSchema([{ name: "Ann", observations: [], weight: "heavy" }], subset)).toBeUndefined();
    expect(checkSchema([{ name: "Ann", observations: [], weight: "light" }], subset)).toBeDefined();
    expect(checkSchema([{ name: "Ann" }], subset)).toBeDefined();
    expect(checkSchema([{ name: "Ann", observations: [], other: 1 }], subset)).toBeDefined();
    expect(JSON.stringify(subset)).not.toContain("\u202e");
  });

  it("lets what may be missing be null where every property is demanded, and takes the nulls out again", () => {
    const subset = jsonSubset(entities, { nullable: true });
    const written = [{ name: "Ann", observations: ["tall"], weight: null }];
    expect(checkSchema(written, subset)).toBeUndefined();
    expect(withoutNulls(written, entities)).toEqual([{ name: "Ann", observations: ["tall"] }]);
    const required = { type: "object", properties: { a: { type: ["string", "null"] } }, required: ["a"] };
    expect(withoutNulls({ a: null }, required)).toEqual({ a: null });
  });

  it.each<[string, unknown]>([
    ["nothing", {}],
    ["no schema at all", 7],
    ["a reference to itself", { $ref: "#" }],
    ["a reference elsewhere", { $ref: "http://evil.example/schema.json" }],
    ["properties that refer to the whole", { type: "object", properties: { a: { $ref: "#" }, b: { $ref: "#" } } }],
    ["types that do not exist", { type: "file" }],
    ["an empty enum", { enum: [] }],
    ["an empty union", { oneOf: [] }],
    ["a list of anything", { type: "array" }],
    ["thousands of values", { enum: Array.from({ length: 5000 }, (_none, at) => `value ${at}`) }],
    [
      "thousands of properties",
      { properties: Object.fromEntries(Array.from({ length: 5000 }, (_none, at) => [`p${at}`, { type: "string" }])) },
    ],
  ])("makes something bounded of %s", (_name, schema) => {
    const subset = jsonSubset(schema);
    expect(JSON.stringify(subset).length).toBeLessThan(20_000);
    everyPart(subset, (part, depth) => {
      expect(depth).toBeLessThan(20);
      expect(part).not.toHaveProperty("$ref");
      if (part["type"] === "array") expect(part).toHaveProperty("items");
      if (Array.isArray(part["enum"])) expect(part["enum"].length).toBeGreaterThan(0);
    });
  });

  it("holds an object that says nothing of itself to plain values", () => {
    const subset = jsonSubset({ type: "object" });
    expect(checkSchema({ a: "x", b: 1 }, subset)).toBeUndefined();
    expect(checkSchema({ a: {} }, subset)).toBeDefined();
  });
});

describe("a structured argument", () => {
  const tool = {
    ...{ name: "create", description: "", needs: [], effect: "run" as const },
    arguments: { entities: { kind: "json" as const, schema: entities, description: "What to keep." } },
  };

  it("is offered with its structure and passes as it was written, without what was left out", () => {
    expect(parametersSchema(tool)).toMatchObject({ properties: { entities: { type: "array" } } });
    const written = { entities: [{ name: "Ann", observations: [], weight: null }] };
    expect(validateCall([tool], "create", written)).toMatchObject({
      ok: true,
      arguments: { entities: [{ name: "Ann", observations: [] }] },
    });
  });

  it("is refused when it is too long", () => {
    const call = validateCall([tool], "create", { entities: ["x".repeat(100_001)] });
    expect(call).toMatchObject({ ok: false, error: expect.stringContaining("at most 100000 characters") });
  });
});
