import { describe, expect, it } from "vitest";
import type { ToolSpec } from "../shared/tool.ts";
import { validateCall } from "./validate-call.ts";

const tools: ToolSpec[] = [
  {
    name: "plan",
    description: "",
    arguments: {
      day: { kind: "date", description: "The day." },
      hours: { kind: "number", integer: true, min: 1, max: 24, description: "How long.", optional: true },
      way: { kind: "choice", values: ["in", "out"], description: "Which way.", optional: true },
      names: { kind: "list", of: "text", description: "Who.", optional: true },
      note: { kind: "text", maxLength: 5, description: "A note.", optional: true },
      open: { kind: "boolean", description: "Open?", optional: true },
    },
    needs: [],
    effect: "read",
  },
];
const day = "2026-11-23";

describe("a call a model made", () => {
  it("passes with its optional arguments left out or null", () => {
    expect(validateCall(tools, "plan", { day, hours: null })).toMatchObject({ ok: true, arguments: { day } });
  });

  it.each([
    ["plam", {}, "There is no tool 'plam'. The tools are: plan."],
    ["plan", [], "must be a JSON object"],
    ["plan", {}, "plan needs 'day': The day."],
    ["plan", { day, other: 1 }, "has no argument 'other'"],
    ["plan", { day: "2026-02-30" }, "a day that exists"],
    ["plan", { day, hours: 1.5 }, "a whole number"],
    ["plan", { day, hours: 0 }, "at least 1"],
    ["plan", { day, hours: 25 }, "at most 24"],
    ["plan", { day, way: "up" }, "one of: in, out"],
    ["plan", { day, names: [1] }, "a list of strings"],
    ["plan", { day, note: "too long" }, "at most 5 characters"],
    ["plan", { day, open: "yes" }, "true or false"],
    ["plan", JSON.parse('{"__proto__": 1, "day": "2026-11-23"}'), "has no argument '__proto__'"],
  ])("%s %j is refused in words", (name, args, words) => {
    expect(validateCall(tools, name, args)).toMatchObject({ ok: false, error: expect.stringContaining(words) });
  });
});
