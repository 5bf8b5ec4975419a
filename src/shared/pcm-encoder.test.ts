import { describe, expect, it } from "vitest";
import { PcmEncoder } from "./pcm-encoder.ts";

describe("PcmEncoder", () => {
  it("averages channels and writes little-endian", () => {
    const encoder = new PcmEncoder();
    const bytes = encoder.push(16_000, [Float32Array.of(0.5, 1, -1), Float32Array.of(0, 1, -1)]);
    expect([...bytes]).toEqual([0x00, 0x20, 0xff, 0x7f, 0x00, 0x80]);
  });

  it("clips what is louder than full scale", () => {
    expect([...new PcmEncoder().push(16_000, [Float32Array.of(2, -2)])]).toEqual([0xff, 0x7f, 0x00, 0x80]);
  });

  it("keeps the length over a change of rate", () => {
    const encoder = new PcmEncoder();
    const blocks = [
      encoder.push(48_000, [new Float32Array(48_000)]),
      encoder.push(44_100, [new Float32Array(44_100)]),
      encoder.push(8000, [new Float32Array(8000)]),
      encoder.flush(),
    ];
    expect(blocks.reduce((sum, block) => sum + block.length, 0)).toBe(3 * 32_000);
  });

  it("has nothing to say of nothing", () => {
    expect(new PcmEncoder().flush()).toHaveLength(0);
    expect(new PcmEncoder().push(48_000, [])).toHaveLength(0);
  });
});
