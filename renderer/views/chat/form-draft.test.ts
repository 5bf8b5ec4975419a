import { describe, expect, it } from "vitest";
import { type FormField, formValues } from "../../../src/shared/mcp.ts";
import { draftOf, faultsIn, valuesOf } from "./form-draft.ts";

const field = (key: string, type: FormField["type"], more: Partial<FormField> = {}): FormField => ({
  ...{ key, title: key, description: "", type, format: null, required: false, options: [] },
  ...{ default: null, min: null, max: null },
  ...more,
});
const whatIn = (fields: readonly FormField[], draft: Parameters<typeof faultsIn>[1]) =>
  Object.fromEntries([...faultsIn(fields, draft)].map(([key, { what, count }]) => [key, `${what} ${count}`]));

describe("a form of a server", () => {
  it("begins with what the server suggests", () => {
    const fields = [
      field("name", "string", { default: "Ann" }),
      field("age", "integer", { default: 41 }),
      field("urgent", "boolean", { default: true }),
      field("tags", "choices", { default: ["a"] }),
      field("none", "choice"),
    ];
    expect(draftOf(fields)).toEqual({ name: "Ann", age: "41", urgent: true, tags: ["a"], none: "" });
  });

  it("says what cannot be sent, field by field", () => {
    const fields = [
      field("name", "string", { required: true }),
      field("code", "string", { min: 3, max: 5 }),
      field("age", "integer", { min: 0, max: 130 }),
      field("share", "number"),
      field("mail", "string", { format: "email" }),
      field("day", "string", { format: "date" }),
      field("tags", "choices", { min: 1, max: 2, required: true }),
      field("urgent", "boolean", { required: true }),
    ];
    const bad = { name: "", code: "ab", age: "200", share: "much", mail: "ann", day: "soon", tags: ["a", "b", "c"] };
    expect(whatIn(fields, { ...bad, urgent: false })).toEqual({
      ...{ name: "missing 0", code: "longer 3", age: "atMost 130", share: "number 0", mail: "email 0" },
      ...{ day: "date 0", tags: "fewer 2" },
    });
    const good = {
      name: "Ann",
      code: "abcd",
      age: "41",
      share: "0,5",
      mail: "a@b",
      day: "2026-11-23",
      tags: ["a"],
      urgent: false,
    };
    expect(whatIn(fields, good)).toEqual({});
    expect(whatIn(fields, { ...good, age: "4.5" })).toEqual({ age: "integer 0" });
    expect(whatIn(fields, { ...good, age: "0x10" })).toEqual({ age: "number 0" });
  });

  it("sends values of the right kind, and nothing for what was left empty", () => {
    const fields = [
      field("age", "integer"),
      field("share", "number"),
      field("note", "string"),
      field("at", "string", { format: "date-time" }),
      field("tags", "choices"),
      field("urgent", "boolean"),
    ];
    const sent = valuesOf(fields, {
      ...{ age: "41", share: "12,5", note: "", at: "2026-11-23T10:42", tags: ["a", "b"], urgent: false },
    });
    expect(sent).toEqual({
      ...{ age: 41, share: 12.5, at: new Date("2026-11-23T10:42").toISOString(), tags: ["a", "b"], urgent: false },
    });
    expect(formValues.parse(sent)).toEqual(sent);
    // A time that was suggested comes back as the same one.
    const due = field("due", "string", { format: "date-time", default: "2026-11-23T10:42:00.000Z" });
    expect(valuesOf([due], draftOf([due]))).toEqual({ due: "2026-11-23T10:42:00.000Z" });
  });
});
