import { pcmSampleRate, type Segment, type Span } from "../shared/speech.ts";
import type { SpeechWindow } from "./windows.ts";

/** Less speech than this is a breath, or an error of the segment's times. */
const leastSpeech = 1.5 * pcmSampleRate;
/** Uncovered stretches closer than this are one passage. */
const samePassage = 1 * pcmSampleRate;
const padding = 0.25 * pcmSampleRate;

/**
 * The passages of a window in which speech was detected and no segment lies: what a decoder that works in large steps
 * skipped. Windows of their own, in order, padded a little into the silence but not into a neighbour segment.
 */
export function uncoveredSpeech(segments: readonly Segment[], window: SpeechWindow): SpeechWindow[] {
  const covered = segments.map(({ startMs, endMs }) => ({ start: toSamples(startMs), end: toSamples(endMs) }));
  const passages: { start: number; end: number; speech: Span[] }[] = [];
  for (const span of window.speech.flatMap((one) => without(one, covered))) {
    const last = passages.at(-1);
    const apart = last === undefined || span.start - last.end > samePassage;
    if (!apart && !covered.some(({ start, end }) => start < span.start && end > last.end)) {
      last.end = span.end;
      last.speech.push(span);
    } else passages.push({ start: span.start, end: span.end, speech: [span] });
  }
  return passages
    .filter(({ speech }) => speech.reduce((sum, { start, end }) => sum + end - start, 0) >= leastSpeech)
    .map(({ start, end, speech }) => {
      const before = Math.max(window.start, ...covered.map((one) => one.end).filter((at) => at <= start));
      const after = Math.min(window.end, ...covered.map((one) => one.start).filter((at) => at >= end));
      return { start: Math.max(before, start - padding), end: Math.min(after, end + padding), speech };
    });
}

/** What is left of a span when the others are taken out of it. */
function without(span: Span, others: readonly Span[]): Span[] {
  let left: Span[] = [span];
  for (const { start, end } of others) {
    left = left.flatMap((piece) => {
      if (end <= piece.start || start >= piece.end) return [piece];
      const parts = [
        { start: piece.start, end: Math.min(piece.end, start) },
        { start: Math.max(piece.start, end), end: piece.end },
      ];
      return parts.filter((part) => part.end > part.start);
    });
  }
  return left;
}

function toSamples(ms: number): number {
  return Math.round((ms * pcmSampleRate) / 1000);
}
