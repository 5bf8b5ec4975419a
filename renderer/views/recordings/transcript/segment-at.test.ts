import { expect, it } from "vitest";
import { segmentAt, speechStretches } from "./segment-at.ts";

const segments = [
  { startMs: 1000, endMs: 2000 },
  { startMs: 2000, endMs: 2500 },
  { startMs: 8000, endMs: 9000 },
];

it.each([
  [0, -1],
  [999, -1],
  [1000, 0],
  [1999, 0],
  [2000, 1],
  [7999, 1],
  [8000, 2],
  [99_000, 2],
])("at %d ms it is segment %d", (ms, index) => {
  expect(segmentAt(segments, ms)).toBe(index);
});

it("joins stretches of speech, and shows the shortest", () => {
  expect(speechStretches(segments, 10_000, 10)).toEqual([
    { from: 0.1, to: 0.3 },
    { from: 0.8, to: 0.9 },
  ]);
  expect(speechStretches([{ startMs: 5, endMs: 6 }], 100_000, 100)).toEqual([{ from: 0, to: 0.01 }]);
  expect(speechStretches(segments, 0, 10)).toEqual([]);
});
