import { describe, expect, it } from "vitest";
import type { Span } from "../shared/speech.ts";
import { planWindows, type WindowLimits } from "./windows.ts";

const second = 16_000;
const limits: WindowLimits = { longest: 29 * second, longestPause: 2 * second, padding: 0.25 * second };
const at = (start: number, end: number): Span => ({ start: start * second, end: end * second });
const inSeconds = ({ start, end }: Span) => [start / second, end / second];
const loud = async () => {
  throw new Error("energy is read although every cut has a pause");
};
const total = 10 * 3600 * second;

describe("planWindows", () => {
  it("pads speech and joins what is close", async () => {
    const windows = await planWindows([at(1, 2), at(2.4, 3), at(3.8, 5)], total, loud, limits);
    expect(windows.map(inSeconds)).toEqual([[0.75, 5.25]]);
    expect(windows[0]!.speech.map(inSeconds)).toEqual([
      [0.75, 3.25],
      [3.55, 5.25],
    ]);
  });

  it("ends a window at a long pause, and stays inside the recording", async () => {
    const windows = await planWindows([at(0.1, 2), at(4.6, 5)], 5.1 * second, loud, limits);
    expect(windows.map(inSeconds)).toEqual([
      [0, 2.25],
      [4.35, 5.1],
    ]);
  });

  it("cuts a full window in its longest late pause, not in the last one", async () => {
    // Pauses of 0.6 s everywhere but 1.2 s before second 21.6.
    const spans = [at(0, 9.4), at(10, 20.4), at(21.6, 25), at(25.6, 28), at(28.6, 33)];
    const windows = await planWindows(spans, total, loud, limits);
    expect(windows.map(inSeconds)).toEqual([
      [0, 20.65],
      [21.35, 33.25],
    ]);
  });

  it("cuts speech without a pause where it is quietest", async () => {
    // Every second is loud but the one from 25 to 26.
    const energy = async (span: Span, frame: number) =>
      Array.from({ length: Math.ceil((span.end - span.start) / frame) }, (_, index) => {
        const time = (span.start + index * frame) / second;
        return time >= 25 && time < 26 ? 0.01 : 0.3;
      });
    const windows = await planWindows([at(0, 45)], total, energy, limits);
    expect(windows).toHaveLength(2);
    const cut = windows[0]!.end / second;
    expect(cut).toBeGreaterThan(25);
    expect(cut).toBeLessThan(26);
    expect(windows[1]!.start).toBe(windows[0]!.end);
  });

  it("gives nothing for nothing", async () => {
    expect(await planWindows([], total, loud, limits)).toEqual([]);
    expect(await planWindows([at(3, 4)], 0, loud, limits)).toEqual([]);
  });

  it("covers every sample of speech once, in windows that are short enough, whatever comes", async () => {
    let state = 11;
    const random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0; round < 200; round++) {
      const spans: Span[] = [];
      for (let time = 0; spans.length < 30;) {
        const start = time + Math.floor(random() ** 3 * 5 * second) + 1;
        time = start + Math.floor(random() ** 4 * 90 * second) + 1600;
        spans.push({ start, end: time });
      }
      const end = spans.at(-1)!.end;
      const energy = async (span: Span, frame: number) =>
        Array.from({ length: Math.ceil((span.end - span.start) / frame) }, random);
      const windows = await planWindows(spans, end, energy, limits);
      for (const [index, window] of windows.entries()) {
        expect(window.end - window.start).toBeLessThanOrEqual(limits.longest);
        expect(window.end).toBeGreaterThan(window.start);
        expect(window.start).toBeGreaterThanOrEqual(windows[index - 1]?.end ?? 0);
        expect(window.speech.every((span) => span.start >= window.start && span.end <= window.end)).toBe(true);
      }
      for (const span of spans) {
        const covered = windows.reduce(
          (sum, window) => sum + Math.max(0, Math.min(window.end, span.end) - Math.max(window.start, span.start)),
          0,
        );
        expect(covered).toBe(span.end - span.start);
      }
    }
  });
});
