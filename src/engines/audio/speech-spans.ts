import { pcmSampleRate, type Span } from "../../shared/speech.ts";

/** Where speech begins: low, so that the quiet beginnings of sentences are kept. */
const begins = 0.15;
/** Where it pauses: much lower, or the network's doubt about a quiet or noisy word would cut a sentence up. */
const pauses = 0.01;
/** A shorter pause does not end a stretch, samples. */
const shortestPause = 0.25 * pcmSampleRate;
/**
 * What the mean over `sureSeconds` must reach for a stretch to be speech for sure. Noise flickers up to 0.5 for a while;
 * speech stays near 1 for the length of a word. A click of 0.1 s cannot reach it.
 */
const sure = 0.7;
/**
 * What it must reach beside speech that is sure: within `nearSeconds` of it, the quiet sentence over a bad radio link
 * is more likely speech than the same sound would be in a recording in which nobody speaks. Better a window too much
 * for the engine than a sentence lost.
 */
const likely = 0.25;
const nearSeconds = 10;
const sureSeconds = 0.4;

/**
 * Stretches of speech in samples, in order and apart, from the probability of speech, 0 to 1, in each frame.
 * Hysteresis: a stretch begins at a low threshold, ends where a pause begins, and counts if it somewhere surely is
 * speech, or likely is and lies near one that is sure.
 */
export function speechSpans(probabilities: Float32Array, frameSamples: number, totalSamples: number): Span[] {
  const stretches = findStretches(probabilities, frameSamples, totalSamples);
  const near = nearSeconds * pcmSampleRate;
  const certain = stretches.filter(({ peak }) => peak >= sure);
  // Both lists are in order, so the certain stretches that can be near only ever move forward.
  let from = 0;
  return stretches
    .filter(({ start, end, peak }) => {
      while ((certain[from]?.end ?? Infinity) + near < start) from++;
      const next = certain[from];
      return peak >= sure || (peak >= likely && next !== undefined && next.start - near <= end);
    })
    .map(({ start, end }) => ({ start, end }));
}

interface Stretch extends Span {
  /** The highest mean probability over `sureSeconds`. */
  readonly peak: number;
}

function findStretches(probabilities: Float32Array, frameSamples: number, totalSamples: number): Stretch[] {
  const sureFrames = Math.floor((sureSeconds * pcmSampleRate) / frameSamples);
  const stretches: Stretch[] = [];
  let stretch: Stretch | undefined;
  let paused = false;
  let sum = 0;
  const close = () => {
    if (stretch !== undefined) stretches.push({ ...stretch, end: Math.min(stretch.end, totalSamples) });
    stretch = undefined;
  };
  for (const [frame, probability] of probabilities.entries()) {
    const start = frame * frameSamples;
    const end = start + frameSamples;
    sum += probability - (probabilities[frame - sureFrames] ?? 0);
    if (probability >= begins) {
      if (stretch !== undefined && start - stretch.end >= shortestPause) close();
      stretch = { start: stretch?.start ?? start, end, peak: Math.max(stretch?.peak ?? 0, sum / sureFrames) };
      paused = false;
    } else {
      paused ||= probability < pauses;
      if (stretch !== undefined && !paused) stretch = { ...stretch, end };
    }
  }
  close();
  return stretches;
}
