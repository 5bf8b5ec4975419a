import type { Segment } from "../shared/speech.ts";

/** People say a thing twice, sometimes three times; a decoder that is caught in a loop says it until its limit. */
const sameSegments = 3;
/** The longest phrase that is looked for inside one segment, words. */
const longestPhrase = 12;

/**
 * Cuts the loops a speech decoder can fall into. A run of three or more equal segments becomes its first; inside a
 * segment, a phrase of one word said six times or more in a row, of two words five times, or of three and more words
 * four times, becomes one. Segments without a loop are returned as they are.
 */
export function collapseLoops(segments: readonly Segment[]): Segment[] {
  const kept: Segment[] = [];
  for (let index = 0; index < segments.length;) {
    const segment = segments[index];
    if (segment === undefined) break;
    const key = normalise(segment.text);
    let next = index + 1;
    while (next < segments.length && normalise(segments[next]?.text ?? "") === key) next++;
    if (next - index >= sameSegments && key !== "") kept.push(collapseInside(segment));
    else kept.push(...segments.slice(index, next).map(collapseInside));
    index = next;
  }
  return kept;
}

function collapseInside(segment: Segment): Segment {
  const words = segment.text.split(/\s+/u).filter((word) => word !== "");
  const keep = keptWords(words.map(normalise));
  if (keep.length === words.length) return segment;
  const { words: timed, ...rest } = segment;
  const text = keep.map((index) => words[index]).join(" ");
  return timed !== undefined && timed.length === words.length
    ? { ...rest, text, words: keep.flatMap((index) => timed[index] ?? []) }
    : { ...rest, text };
}

/** The indices that stay. */
function keptWords(words: readonly string[]): number[] {
  const keep: number[] = [];
  for (let index = 0; index < words.length;) {
    const loop = loopAt(words, index);
    const length = loop?.phrase ?? 1;
    for (let offset = 0; offset < length; offset++) keep.push(index + offset);
    index += loop === undefined ? 1 : loop.phrase * loop.times;
  }
  return keep;
}

function loopAt(words: readonly string[], start: number): { phrase: number; times: number } | undefined {
  for (let phrase = 1; phrase <= longestPhrase; phrase++) {
    let times = 1;
    while (equalRun(words, start, start + times * phrase, phrase)) times++;
    const needed = phrase === 1 ? 6 : phrase === 2 ? 5 : 4;
    if (times >= needed) return { phrase, times };
  }
  return undefined;
}

function equalRun(words: readonly string[], left: number, right: number, length: number): boolean {
  if (right + length > words.length) return false;
  for (let offset = 0; offset < length; offset++) if (words[left + offset] !== words[right + offset]) return false;
  return true;
}

function normalise(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
