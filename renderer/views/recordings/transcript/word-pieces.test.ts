import { expect, it } from "vitest";
import { wordPieces } from "./word-pieces.ts";

const word = (text: string) => ({ text, startMs: 0, endMs: 1, probability: 1 });
const shown = (text: string, words: readonly string[]) =>
  wordPieces({ text, words: words.map(word) }).map((piece) => (piece.word === null ? piece.text : `[${piece.text}]`));

it("keeps the spaces that engines leave out of words, and those they leave in", () => {
  expect(shown("Hello Houston.", ["Hello", "Houston."])).toEqual(["[Hello]", " ", "[Houston.]"]);
  expect(shown("Hello Houston.", ["Hello", " Houston."])).toEqual(["[Hello]", " ", "[Houston.]"]);
});

it("puts no spaces into a script without them", () => {
  expect(shown("東京", ["東", "京"])).toEqual(["[東]", "[京]"]);
});

it("shows the text as it is, whatever the words are", () => {
  expect(shown("on and on", ["on", "off", "on"])).toEqual(["[on]", " and ", "[on]"]);
  expect(shown("nothing", ["", " "])).toEqual(["nothing"]);
  expect(shown("", ["gone"])).toEqual([]);
});
