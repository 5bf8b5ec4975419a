import { describe, expect, it } from "vitest";
import type { FormField, FormValues } from "../../shared/mcp.ts";
import { checkForm } from "./check-form.ts";

const field = (type: FormField["type"], more: Partial<FormField> = {}): FormField => ({
  ...{ key: "it", title: "It", description: "", type, format: null, required: true, options: [], default: null },
  ...{ min: null, max: null },
  ...more,
});
const options = ["red", "blue"].map((value) => ({ value, label: value }));

describe("checkForm", () => {
  it.each<[FormField, FormValues[string], FormValues[string]]>([
    [field("string", { min: 2, max: 4 }), "abcd", "a"],
    [field("string", { max: 2 }), "😀😀", "abc"],
    [field("string", { format: "email" }), "ann@example.com", "ann"],
    [field("string", { format: "uri" }), "https://example.com", "example"],
    [field("string", { format: "date" }), "2026-02-28", "2026-02-30"],
    [field("string", { format: "date-time" }), "2026-02-28T10:00:00Z", "2026-02-30T10:00:00Z"],
    [field("number", { min: 1, max: 2 }), 1.5, 3],
    [field("number"), 1, Number.NaN],
    [field("integer"), 3, 1.5],
    [field("boolean"), false, "no"],
    [field("choice", { options }), "red", "green"],
    [field("choices", { options, min: 1 }), ["red", "blue"], []],
    [field("choices", { options }), ["red"], ["red", "red"]],
    [field("choices", { options }), [], ["green"]],
  ])("%j takes %j and not %j", (one, good, bad) => {
    expect(checkForm([one], { it: good })).toEqual({ it: good });
    expect(() => checkForm([one], { it: bad })).toThrow("The form was not sent: It");
  });

  it("leaves out what is empty, demands what is needed, and takes nothing else", () => {
    expect(checkForm([field("string", { required: false })], { it: "" })).toEqual({});
    expect(() => checkForm([field("string")], {})).toThrow("it must be filled in");
    expect(() => checkForm([field("string")], { it: "x", other: "y" })).toThrow("no such field");
    expect(() => checkForm([field("string", { key: "toString" })], {})).toThrow("it must be filled in");
  });
});
