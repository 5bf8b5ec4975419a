import { describe, expect, it } from "vitest";
import { levelOf, loudnessOf, shareOf } from "./level.ts";

function tone(amplitude: number): Float32Array {
  return Float32Array.from({ length: 4800 }, (_, n) => amplitude * Math.sin((2 * Math.PI * 100 * n) / 48_000));
}

describe("levels", () => {
  it("measures a tone: its peak, and its mean 3 dB below", () => {
    const { peak, mean } = levelOf(tone(0.5));
    expect(peak).toBeCloseTo(-6.02, 1);
    expect(mean).toBeCloseTo(-9.03, 1);
  });

  it("calls zeros endlessly quiet, and an empty moment too", () => {
    expect(levelOf(new Float32Array(128)).peak).toBe(-Infinity);
    expect(levelOf(new Float32Array()).mean).toBe(-Infinity);
  });

  it.each([
    [-Infinity, 0],
    [-60, 0],
    [-30, 0.5],
    [0, 1],
    [3, 1],
  ])("puts %d dBFS at %d of the meter", (dbfs, share) => expect(shareOf(dbfs)).toBe(share));

  it.each([
    [-Infinity, "nothing"],
    [-70, "silent"],
    [-20, "good"],
    [-0.2, "loud"],
  ])("calls a peak of %d dBFS %s", (peak, word) => expect(loudnessOf(peak)).toBe(word));
});
