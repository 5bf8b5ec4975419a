import { pcmSampleRate, type Span } from "../shared/speech.ts";

/** A stretch to transcribe in one go, and where in it speech was found. */
export interface SpeechWindow extends Span {
  /** In order, without overlap, inside the window. */
  readonly speech: readonly Span[];
}

export interface WindowLimits {
  /** The longest window, samples. */
  readonly longest: number;
  /** A pause of this length always ends a window: engines invent words in long silence and lose the time after it. */
  readonly longestPause: number;
  /** Audio kept before and after speech, samples. */
  readonly padding: number;
}

/** Root mean square per frame of `frameSamples` samples over a span. */
export type ReadEnergy = (span: Span, frameSamples: number) => Promise<readonly number[]>;

/** A second less than the 30 s Whisper sees, so that the last word is never at the very edge. */
export const defaultWindowLimits: WindowLimits = {
  longest: 29 * pcmSampleRate,
  longestPause: 2 * pcmSampleRate,
  padding: Math.round(0.25 * pcmSampleRate),
};

const frameSamples = pcmSampleRate / 50;
/** The cut looks at the mean over this many frames: a single quiet frame is inside a word more often than between two. */
const smoothFrames = 7;

/**
 * Groups speech into windows for an engine. Every sample of the padded spans is in exactly one window; windows are in
 * order, do not overlap, are at most `limits.longest` long and are cut in silence where there is any. Speech that runs
 * on for longer than a window is cut where it is quietest.
 */
export async function planWindows(
  spans: readonly Span[],
  totalSamples: number,
  readEnergy: ReadEnergy,
  limits: WindowLimits = defaultWindowLimits,
): Promise<SpeechWindow[]> {
  const windows: SpeechWindow[] = [];
  let group: Span[] = [];
  const close = () => {
    const window = toWindow(group);
    if (window !== undefined) windows.push(window);
    group = [];
  };
  for (const piece of await cutLong(padAndMerge(spans, totalSamples, limits.padding), readEnergy, limits.longest)) {
    const last = group.at(-1);
    if (last !== undefined && piece.start - last.end >= limits.longestPause) close();
    const first = group[0];
    if (first !== undefined && piece.end - first.start > limits.longest) {
      const keep = largestPause(group, limits.longest);
      const rest = group.slice(keep);
      group = group.slice(0, keep);
      close();
      group = rest;
      // What is carried over can still be too long together with this piece when the pauses are few.
      const carried = group[0];
      if (carried !== undefined && piece.end - carried.start > limits.longest) close();
    }
    group.push(piece);
  }
  close();
  return windows;
}

function toWindow(group: readonly Span[]): SpeechWindow | undefined {
  const first = group[0];
  const last = group.at(-1);
  return first === undefined || last === undefined
    ? undefined
    : { start: first.start, end: last.end, speech: [...group] };
}

/** How many pieces to keep so that the cut is in the longest pause of the later half of a full window. */
function largestPause(group: readonly Span[], longest: number): number {
  const from = (group[0]?.start ?? 0) + longest / 2;
  let best = group.length;
  let bestPause = -1;
  for (let index = 1; index < group.length; index++) {
    const before = group[index - 1];
    const after = group[index];
    if (before === undefined || after === undefined || after.start < from) continue;
    const pause = after.start - before.end;
    if (pause > bestPause) {
      best = index;
      bestPause = pause;
    }
  }
  return best;
}

function padAndMerge(spans: readonly Span[], totalSamples: number, padding: number): Span[] {
  const merged: Span[] = [];
  for (const span of spans) {
    const start = Math.max(0, span.start - padding);
    const end = Math.min(totalSamples, span.end + padding);
    if (end <= start) continue;
    const last = merged.at(-1);
    if (last !== undefined && start <= last.end)
      merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else merged.push({ start, end });
  }
  return merged;
}

async function cutLong(spans: readonly Span[], readEnergy: ReadEnergy, longest: number): Promise<Span[]> {
  const pieces: Span[] = [];
  for (const span of spans) {
    let start = span.start;
    while (span.end - start > longest) {
      // Not in the first half, so that no sliver is left; a rest of less than two windows is cut near its middle.
      const rest = span.end - start;
      const from = rest < 2 * longest ? rest / 2 - longest / 4 : longest / 2;
      const to = rest < 2 * longest ? Math.min(longest, rest / 2 + longest / 4) : longest;
      const search = { start: start + Math.floor(from), end: start + Math.floor(to) };
      const cut = quietest(search, await readEnergy(search, frameSamples));
      pieces.push({ start, end: cut });
      start = cut;
    }
    pieces.push({ start, end: span.end });
  }
  return pieces;
}

function quietest(search: Span, energy: readonly number[]): number {
  const width = Math.min(smoothFrames, energy.length);
  if (width === 0) return search.end;
  let best = 0;
  let bestSum = Infinity;
  for (let index = 0; index + width <= energy.length; index++) {
    let sum = 0;
    for (let offset = 0; offset < width; offset++) sum += energy[index + offset] ?? 0;
    if (sum < bestSum) {
      bestSum = sum;
      best = index;
    }
  }
  return Math.min(search.end, search.start + Math.round((best + width / 2) * frameSamples));
}
