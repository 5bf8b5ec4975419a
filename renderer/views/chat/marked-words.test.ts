import { expect, it } from "vitest";
import { markedWords } from "./marked-words.ts";

const shown = (text: string, query: string, length?: number) =>
  markedWords(text, query, length)
    .map(({ text: piece, hit }) => (hit ? `[${piece}]` : piece))
    .join("");

it.each([
  ["Two weeks, then WEEKS more", "weeks", "Two [weeks], then [WEEKS] more"],
  ["Die Prüfung läuft", "pruf lauft", "Die [Prüf]ung [läuft]"],
  ["biweekly", "weekly", "biweekly"],
  ["a\nb   c", "c", "a b [c]"],
  ["anything", "", "anything"],
  ["ab abc", "ab abc", "[ab] [ab]c"],
  ["😀 weeks", "weeks", "😀 [weeks]"],
])("%j for %j: %s", (text, query, expected) => {
  expect(shown(text, query)).toBe(expected);
});

it("begins shortly before the first hit and ends with what there is room for", () => {
  const text = `${"x ".repeat(100)}weeks ${"y ".repeat(200)}`;
  const result = shown(text, "weeks", 60);
  expect(result).toMatch(/^…(?:x ){15}\[weeks\] (?:y ?)+…$/u);
  expect(result.length).toBeLessThan(66);
});
