/** How loud a moment is, in dBFS: 0 is as loud as can be, −∞ is digital silence. */
export interface Level {
  readonly peak: number;
  /** The mean over the moment: what an ear would call loudness. */
  readonly mean: number;
}

/** The quietest that a meter shows, in dBFS. */
export const floor = -60;
/** Below this, in dBFS, nobody speaks into the microphone. */
export const silence = -50;
/** At this peak, in dBFS, samples are being cut off. */
export const clipping = -1;

/** Measures samples between −1 and 1. */
export function levelOf(samples: Float32Array): Level {
  let peak = 0;
  let sum = 0;
  for (const sample of samples) {
    peak = Math.max(peak, Math.abs(sample));
    sum += sample * sample;
  }
  return { peak: decibels(peak), mean: decibels(Math.sqrt(sum / Math.max(1, samples.length))) };
}

/** Where a level stands on a meter, from 0 to 1. */
export function shareOf(dbfs: number): number {
  return Math.min(1, Math.max(0, (dbfs - floor) / -floor));
}

/** What a person should know of the last few seconds. `nothing`: not even noise, as from a microphone that is off. */
export type Loudness = "nothing" | "silent" | "good" | "loud";

/** Says how loud it was, from the highest peak of a few seconds, in dBFS. */
export function loudnessOf(peak: number): Loudness {
  if (peak < -90) return "nothing";
  if (peak < silence) return "silent";
  return peak >= clipping ? "loud" : "good";
}

function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude);
}
