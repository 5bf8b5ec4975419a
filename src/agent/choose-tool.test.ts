import { describe, expect, it } from "vitest";
import { chooseTool } from "./choose-tool.ts";
import { ScriptedModel } from "./testing/scripted-model.ts";

const signal = new AbortController().signal;
const asked = [{ role: "user", text: "the question" }] as const;
const neutral = [{ role: "user", text: "N/A" }] as const;
const none = new Map([
  ["read", 0],
  ["answer", 0],
]);

describe("chooseTool", () => {
  it("takes off what an option gets for no question, and asks for that only once", async () => {
    const model = new ScriptedModel({
      toolTemplate: false,
      turns: [
        { prompt: "N/A", scores: { read: -1, answer: -6 } },
        { prompt: "the question", scores: { read: -1, answer: -4 } },
        { prompt: "the question", scores: { read: -1, answer: -7 } },
      ],
    });
    const first = await chooseTool(model, asked, neutral, none, signal);
    expect(first).toEqual([
      { option: "answer", score: 2 },
      { option: "read", score: 0 },
    ]);
    const second = await chooseTool(model, asked, neutral, none, signal);
    expect(second[0]).toEqual({ option: "read", score: 0 });
    model.finish();
  });

  it("adds what else speaks for an option", async () => {
    const scores = { read: -1, answer: -1 };
    const model = new ScriptedModel({
      toolTemplate: false,
      turns: [
        { prompt: "", scores },
        { prompt: "", scores },
      ],
    });
    const evidence = new Map([...none, ["read", 0.5]]);
    expect((await chooseTool(model, asked, neutral, evidence, signal))[0]).toEqual({ option: "read", score: 0.5 });
  });

  it("gives a finite score to what the model holds for impossible", async () => {
    const scores = { read: -Infinity, answer: -1 };
    const model = new ScriptedModel({
      toolTemplate: false,
      turns: [
        { prompt: "", scores },
        { prompt: "", scores },
      ],
    });
    const choice = await chooseTool(model, asked, neutral, none, signal);
    expect(choice[1]?.option).toBe("read");
    expect(choice.every((one) => Number.isFinite(one.score))).toBe(true);
  });
});
