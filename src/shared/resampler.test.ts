import { describe, expect, it } from "vitest";
import { Resampler } from "./resampler.ts";

const rates = [8000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000];

describe("Resampler", { timeout: 30_000 }, () => {
  it.each(rates)("keeps a 1 kHz tone from %i Hz in pitch, level and place", (rate) => {
    const output = resample(tone(1, 1000, rate), rate, [rate]);
    expect(output.length).toBe(16_000);
    const wanted = tone(1, 1000);
    // Away from the edges, where the recording begins and ends in silence.
    for (let index = 1000; index < 15_000; index++)
      expect(Math.abs(output[index]! - wanted[index]!)).toBeLessThan(0.003);
  });

  it.each([9000, 10_000, 14_000, 20_000])("puts a %i Hz tone from 44.1 kHz at least 60 dB down", (hertz) => {
    const output = resample(tone(1, hertz, 44_100, 1), 44_100, [44_100]).slice(1000, 15_000);
    const level = Math.sqrt(output.reduce((sum, sample) => sum + sample ** 2, 0) / output.length);
    expect(20 * Math.log10(level / Math.SQRT1_2)).toBeLessThan(-60);
  });

  it("keeps a 6.5 kHz tone from 44.1 kHz within half a decibel", () => {
    const output = resample(tone(1, 6500, 44_100, 1), 44_100, [44_100]).slice(1000, 15_000);
    const level = Math.sqrt(output.reduce((sum, sample) => sum + sample ** 2, 0) / output.length);
    expect(Math.abs(20 * Math.log10(level / Math.SQRT1_2))).toBeLessThan(0.5);
  });

  it.each([8000, 44_100, 48_000])("leaves no trace of block boundaries from %i Hz", (rate) => {
    const input = tone(0.5, 440, rate);
    expect([...resample(input, rate, [1, 7, 160, 441, 3])]).toEqual([...resample(input, rate, [input.length])]);
  });

  it("passes 16 kHz through unchanged", () => {
    const input = tone(0.1, 440);
    expect([...resample(input, 16_000, [100])]).toEqual([...input]);
  });
});

/** Feeds the input in blocks of the given sizes, over and over. */
function resample(input: Float32Array, rate: number, sizes: readonly number[]): Float32Array {
  const resampler = new Resampler(rate, 16_000);
  const parts: Float32Array[] = [];
  for (let start = 0, turn = 0; start < input.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    parts.push(resampler.push(input.subarray(start, start + size)));
    start += size;
  }
  parts.push(resampler.flush());
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

function tone(seconds: number, hertz: number, rate = 16_000, level = 0.5): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * rate) },
    (_, index) => level * Math.sin((2 * Math.PI * hertz * index) / rate),
  );
}
