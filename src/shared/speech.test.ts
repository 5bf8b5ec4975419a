import { expect, it } from "vitest";
import { segment } from "./speech.ts";

const word = { text: "one", startMs: 0, endMs: 10.5, probability: 0.5 };
const passes = (...words: readonly unknown[]) =>
  segment.safeParse({ startMs: 0, endMs: 20, text: "one", words }).success;

it("takes words as engines give them, and nothing else", () => {
  expect(passes()).toBe(true);
  expect(passes(word, word)).toBe(true);
  const { probability: _, ...half } = word;
  for (const wrong of [
    null,
    "one",
    [],
    half,
    { ...word, more: 1 },
    { ...half, more: 1 },
    { ...word, text: 1 },
    { ...word, startMs: "0" },
    { ...word, endMs: Number.NaN },
    { ...word, probability: Number.POSITIVE_INFINITY },
  ]) {
    expect(passes(word, wrong)).toBe(false);
  }
});
