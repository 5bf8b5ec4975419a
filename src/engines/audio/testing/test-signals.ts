import { pcmSampleRate } from "../../../shared/speech.ts";

/** Sounds made here, for tests: nothing in them is speech. 16 kHz unless a rate is given; samples -1 to 1. */

export function silence(seconds: number): Float32Array {
  return new Float32Array(Math.round(seconds * pcmSampleRate));
}

export function tone(seconds: number, hertz: number, rate: number = pcmSampleRate, level = 0.5): Float32Array {
  return made(seconds, rate, (time) => level * Math.sin(2 * Math.PI * hertz * time));
}

export function whiteNoise(seconds: number): Float32Array {
  const random = randomNumbers(1);
  return made(seconds, pcmSampleRate, () => 0.2 * random());
}

/** Paul Kellet's economy filter over white noise. */
export function pinkNoise(seconds: number): Float32Array {
  const random = randomNumbers(2);
  let [low, middle, high] = [0, 0, 0];
  return made(seconds, pcmSampleRate, () => {
    const white = random();
    low = 0.997_65 * low + white * 0.099;
    middle = 0.963 * middle + white * 0.2965;
    high = 0.57 * high + white * 1.0527;
    return 0.08 * (low + middle + high + white * 0.1848);
  });
}

/** Mains hum with its harmonics. */
export function hum(seconds: number): Float32Array {
  return made(seconds, pcmSampleRate, (time) =>
    [1, 2, 3, 5].reduce((sum, harmonic) => sum + (0.2 / harmonic) * Math.sin(2 * Math.PI * 50 * harmonic * time), 0),
  );
}

const chords = [
  [261.6, 329.6, 392],
  [220, 261.6, 329.6],
  [174.6, 220, 261.6],
  [196, 246.9, 293.7],
];
const melody = [523, 587, 659, 784, 659, 587, 523, 440];

/** Chords, a melody with vibrato, a bass drum and a snare, 120 beats a minute. */
export function music(seconds: number): Float32Array {
  const random = randomNumbers(3);
  return made(seconds, pcmSampleRate, (time) => {
    const beat = time % 0.5;
    const offBeat = (time + 0.25) % 0.5;
    const chord = chords[Math.floor(time / 2) % chords.length] ?? [];
    const note =
      (melody[Math.floor(time / 0.5) % melody.length] ?? 440) * (1 + 0.005 * Math.sin(2 * Math.PI * 5.5 * time));
    let sample = 0;
    for (const hertz of chord) sample += harmonics(hertz, time, 4) * 0.05 * Math.exp(-(time % 2));
    sample += harmonics(note, time, 6) * 0.12 * Math.exp(-beat * 3);
    sample += Math.sin(2 * Math.PI * 60 * beat) * 0.5 * Math.exp(-beat * 40);
    sample += random() * 0.25 * Math.exp(-offBeat * 50);
    return 0.6 * sample;
  });
}

/** The samples as 16-bit little-endian bytes. */
export function pcmBytes(samples: Float32Array): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, index) =>
    bytes.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample)) * 32_767), index * 2),
  );
  return bytes;
}

function harmonics(hertz: number, time: number, count: number): number {
  let sum = 0;
  for (let harmonic = 1; harmonic <= count; harmonic++)
    sum += Math.sin(2 * Math.PI * hertz * harmonic * time) / harmonic;
  return sum;
}

function made(seconds: number, rate: number, at: (time: number) => number): Float32Array {
  return Float32Array.from({ length: Math.round(seconds * rate) }, (_, index) => at(index / rate));
}

/** Repeatable numbers from -1 to 1 (a linear congruential generator; Numerical Recipes). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return (state / 2 ** 32) * 2 - 1;
  };
}
