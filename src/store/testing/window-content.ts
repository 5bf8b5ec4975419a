import type { Segment } from "../../shared/speech.ts";

/** What window `index` says: none to three segments, so that half a window and a silent one can be told apart. */
export function segmentsOf(index: number): Segment[] {
  return Array.from({ length: index % 4 }, (_, part) => ({
    startMs: index * 1000 + part * 100,
    endMs: index * 1000 + part * 100 + 90,
    text: `window ${index} part ${part}`,
    words: [{ text: "window", startMs: index * 1000, endMs: index * 1000 + 50, probability: 0.5 }],
  }));
}
