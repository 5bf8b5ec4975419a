import { expect, it } from "vitest";
import type { SettingField } from "../../../src/shared/mcp.ts";
import { defaultsOf, isComplete } from "./setting-values.ts";

const field = (key: string, more: Partial<SettingField> = {}): SettingField => ({
  ...{ key, title: key, description: "", type: "string", required: false, sensitive: false, multiple: false },
  ...{ default: null, min: null, max: null },
  ...more,
});

it("begins with defaults of the right type, and with no folder that another has chosen", () => {
  const fields = [
    field("place", { type: "directory", default: "/etc" }),
    field("places", { type: "directory", multiple: true, default: ["/etc"] }),
    field("limit", { type: "number", default: 10 }),
    field("wrong", { type: "number", default: "ten" }),
    field("loud", { type: "boolean", default: null }),
    field("words", { multiple: true, default: ["a", 1] }),
    field("title", { default: "Ann" }),
  ];
  expect(defaultsOf(fields)).toEqual({ places: [], limit: 10, loud: false, words: ["a", "1"], title: "Ann" });
});

it("is complete when what is required is there and numbers are within their bounds", () => {
  const fields = [field("place", { required: true }), field("limit", { type: "number", min: 1, max: 5 })];
  expect(isComplete(fields, {})).toBe(false);
  expect(isComplete(fields, { place: "" })).toBe(false);
  expect(isComplete(fields, { place: "/a" })).toBe(true);
  expect(isComplete(fields, { place: "/a", limit: 6 })).toBe(false);
  expect(isComplete([field("many", { required: true, multiple: true })], { many: [] })).toBe(false);
});
