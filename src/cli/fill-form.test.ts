import { describe, expect, it } from "vitest";
import type { ElicitationRequest, FormField } from "../shared/mcp.ts";
import { describeForm, fillForm } from "./fill-form.ts";

const field = (key: string, more: Partial<FormField> = {}): FormField => ({
  ...{ key, title: key, description: "", type: "string", format: null, required: false, options: [], default: null },
  ...{ min: null, max: null },
  ...more,
});
const request: ElicitationRequest = {
  ...{ id: "1", runId: null, server: "diary", serverKind: "bundle", message: "Who\u001b[2J?", askedAt: "" },
  fields: [
    field("name", { required: true }),
    field("age", { type: "integer", min: 1 }),
    field("sure", { type: "boolean" }),
    field("tags", { type: "choices", options: ["a", "b"].map((value) => ({ value, label: value })) }),
    field("city", { default: "Rome" }),
  ],
};

async function fill(...typed: string[]) {
  const said: string[] = [];
  const reader = { next: async () => typed.shift() ?? null };
  const answer = await fillForm(request, reader, (line) => said.push(line), new AbortController().signal);
  return { answer, said };
}

describe("a form on the terminal", () => {
  it("becomes values of the right kind; what does not fit is asked again", async () => {
    const { answer, said } = await fill("", "Ann", "0", "x", "7", "yes", "a, b", "", "y");
    expect(answer).toEqual({
      action: "accept",
      values: { name: "Ann", age: 7, sure: true, tags: ["a", "b"], city: "Rome" },
    });
    expect(said.filter((line) => line.startsWith("The form was not sent"))).toHaveLength(3);
  });

  it.each([[["."]], [["Ann", "", "", "", "", "n"]], [["Ann", "", "", "", "", ""]], [["Ann"]]])(
    "is declined by %j",
    async (typed) => {
      expect((await fill(...typed)).answer).toEqual({ action: "decline" });
    },
  );

  it("shows what hides in the server's words", () => {
    expect(describeForm(request).join("\n")).toContain(String.raw`Who\u{1b}[2J?`);
  });
});
