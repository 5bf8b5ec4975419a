import { describe, expect, it } from "vitest";
import { speechSpans } from "./speech-spans.ts";

/** Frames of 100 ms: four make up the time over which speech must be sure. */
const frame = 1600;
const spansOf = (probabilities: readonly number[], totalSamples = probabilities.length * frame) =>
  speechSpans(Float32Array.from(probabilities), frame, totalSamples).map(({ start, end }) => [
    start / frame,
    end / frame,
  ]);

describe("speechSpans", () => {
  it("keeps the quiet ends of a sentence", () => {
    expect(spansOf([0, 0.1, 0.2, 0.9, 0.9, 0.9, 0.2, 0.1, 0.05, 0, 0, 0, 0])).toEqual([[2, 9]]);
  });

  it("drops what comes near to speech only, and what flickers", () => {
    expect(spansOf([0, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0])).toEqual([]);
    expect(spansOf([0, 0.6, 0.2, 0.2, 0.2, 0.6, 0.2, 0.2, 0])).toEqual([]);
    expect(spansOf([0, 0, 0, 1, 0, 0, 0])).toEqual([]);
  });

  it("needs to be sure only once in a stretch, at its beginning, middle or end", () => {
    for (const at of [0, 5, 10]) {
      const probabilities = Array.from({ length: 20 }, (_, index) => (index >= at && index < at + 4 ? 0.8 : 0.2));
      expect(spansOf([0, ...probabilities, 0, 0, 0, 0])).toEqual([[1, 21]]);
    }
  });

  it("bridges a pause for breath, and ends at a longer one", () => {
    const word = [0.9, 0.9, 0.9, 0.9];
    expect(spansOf([...word, 0, 0, ...word])).toEqual([[0, 10]]);
    expect(spansOf([...word, 0, 0, 0, ...word])).toEqual([
      [0, 4],
      [7, 11],
    ]);
  });

  it("begins a pause where speech ends, whatever murmurs after", () => {
    const word = [0.9, 0.9, 0.9, 0.9];
    expect(spansOf([...word, 0.05, 0.05, 0.05, 0.05, ...word])).toEqual([[0, 12]]);
    expect(spansOf([...word, 0, 0.05, 0.05, 0.05, ...word])).toEqual([
      [0, 4],
      [8, 12],
    ]);
  });

  it("judges each stretch on its own, and forgets what lies further back", () => {
    const word = [0.9, 0.9, 0.9, 0.9];
    const murmur = [0.2, 0.2, 0.2, 0.2];
    expect(spansOf([...murmur, 0, 0, 0, 0, ...word, 0, 0, 0, 0, ...murmur])).toEqual([[8, 12]]);
  });

  it("takes the likely near the sure, and only there", () => {
    const word = [0.9, 0.9, 0.9, 0.9];
    const quiet = [0.4, 0.4, 0.4, 0.4];
    const silence = (frames: number) => Array.from({ length: frames }, () => 0);
    expect(spansOf([...quiet, ...silence(99), ...word, ...silence(99), ...quiet])).toEqual([
      [0, 4],
      [103, 107],
      [206, 210],
    ]);
    expect(spansOf([...quiet, ...silence(101), ...word, ...silence(101), ...quiet])).toEqual([[105, 109]]);
    expect(spansOf([...quiet, ...silence(50), ...quiet])).toEqual([]);
  });

  it("ends with the recording, in the middle of a frame too", () => {
    expect(spansOf([0, 0.9, 0.9, 0.9, 0.9], 4.5 * frame)).toEqual([[1, 4.5]]);
    expect(spansOf([])).toEqual([]);
  });
});
