import { expect, test } from "vitest";
import { uncoveredSpeech } from "./uncovered.ts";

const second = 16_000;
const span = (start: number, end: number) => ({ start: start * second, end: end * second });
const window = { ...span(0, 28), speech: [span(1, 4), span(5, 12), span(14, 27)] };
const segment = (start: number, end: number) => ({ startMs: start * 1000, endMs: end * 1000, text: "words" });
const inSeconds = (segments: ReturnType<typeof segment>[]) =>
  uncoveredSpeech(segments, window).map(({ start, end, speech }) => [
    start / second,
    end / second,
    speech.map((one) => [one.start / second, one.end / second]),
  ]);

test("a passage with speech and no segment comes back, padded into the silence but not into its neighbours", () => {
  expect(inSeconds([segment(0.5, 6), segment(12.5, 28)])).toEqual([[6, 12.25, [[6, 12]]]]);
});

test("nothing comes back when segments cover the speech, or leave less than a second and a half of it", () => {
  expect(inSeconds([segment(0, 28)])).toEqual([]);
  expect(inSeconds([segment(1, 4), segment(5, 11), segment(14, 26)])).toEqual([]);
});

test("stretches with a short pause between are one passage, across a segment they are two", () => {
  expect(inSeconds([segment(13, 28)])).toEqual([
    [
      0.75,
      12.25,
      [
        [1, 4],
        [5, 12],
      ],
    ],
  ]);
  expect(inSeconds([segment(4.2, 4.8), segment(13, 28)]).map(([start, end]) => [start, end])).toEqual([
    [0.75, 4.2],
    [4.8, 12.25],
  ]);
});

test("a window without any segment comes back whole", () => {
  expect(inSeconds([]).map(([start, end]) => [start, end])).toEqual([
    [0.75, 12.25],
    [13.75, 27.25],
  ]);
});
