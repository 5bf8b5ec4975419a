import { ElicitRequestFormParamsSchema } from "@modelcontextprotocol/sdk/types.js";
import { expect, it } from "vitest";
import { formField } from "../../shared/mcp.ts";
import { formFields } from "./form-fields.ts";

/** As a server's request is read, and then the fields of it. */
function fieldsOf(properties: Readonly<Record<string, unknown>>, required: readonly string[] = []) {
  const { requestedSchema } = ElicitRequestFormParamsSchema.parse({
    message: "?",
    requestedSchema: { type: "object", properties, required },
  });
  const fields = formFields(requestedSchema);
  for (const field of fields) formField.parse(field);
  return fields;
}

const blank = {
  title: "a",
  description: "",
  required: false,
  options: [],
  format: null,
  default: null,
  min: null,
  max: null,
};
const yesNo = [
  { value: "y", label: "Yes" },
  { value: "n", label: "No" },
];
const titled = [
  { const: "y", title: "Yes" },
  { const: "n", title: "No" },
];

it.each<readonly [string, Record<string, unknown>, Record<string, unknown>]>([
  ["text", { type: "string" }, { type: "string" }],
  [
    "text with all it may have",
    { type: "string", title: "T", description: "D", format: "email", minLength: 2, maxLength: 9, default: "x@y" },
    { type: "string", title: "T", description: "D", format: "email", min: 2, max: 9, default: "x@y" },
  ],
  [
    "a number",
    { type: "number", minimum: 0.5, maximum: 2, default: 1.5 },
    { type: "number", min: 0.5, max: 2, default: 1.5 },
  ],
  ["a whole number", { type: "integer", default: 0 }, { type: "integer", default: 0 }],
  ["yes or no", { type: "boolean", default: false }, { type: "boolean", default: false }],
  [
    "a choice",
    { type: "string", enum: ["y", "n"], default: "y" },
    {
      type: "choice",
      options: [
        { value: "y", label: "y" },
        { value: "n", label: "n" },
      ],
      default: "y",
    },
  ],
  [
    "a choice with names",
    { type: "string", enum: ["y", "n"], enumNames: ["Yes", "No"] },
    { type: "choice", options: yesNo },
  ],
  ["a choice with titles", { type: "string", oneOf: titled }, { type: "choice", options: yesNo }],
  [
    "several",
    { type: "array", items: { type: "string", enum: ["y"] }, minItems: 1, maxItems: 1, default: ["y"] },
    { type: "choices", options: [{ value: "y", label: "y" }], min: 1, max: 1, default: ["y"] },
  ],
  ["several with titles", { type: "array", items: { anyOf: titled } }, { type: "choices", options: yesNo }],
])("%s", (_, schema, field) => {
  expect(fieldsOf({ a: schema })).toEqual([{ ...blank, key: "a", ...field }]);
});

it("says which fields are required", () => {
  const fields = fieldsOf({ a: { type: "string" }, b: { type: "string" } }, ["b"]);
  expect(fields.map(({ key, required }) => [key, required])).toEqual([
    ["a", false],
    ["b", true],
  ]);
});

it("refuses more than a form can be", () => {
  const many = Object.fromEntries(Array.from({ length: 31 }, (_, at) => [`f${at}`, { type: "string" }]));
  expect(() => fieldsOf(many)).toThrow(/at most 30 fields/);
  expect(() => fieldsOf({ ["k".repeat(129)]: { type: "string" } })).toThrow(/128 characters/);
  expect(() => fieldsOf({ a: { type: "string", enum: [] } })).toThrow(/1 to 200 options/);
  const options = Array.from({ length: 201 }, (_, at) => String(at));
  expect(() => fieldsOf({ a: { type: "string", enum: options } })).toThrow(/1 to 200 options/);
  expect(() => fieldsOf({ a: { type: "object" } })).toThrow();
});
