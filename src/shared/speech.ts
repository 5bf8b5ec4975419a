import { z } from "zod";

/** Audio inside Indoors is always this: 16 kHz, mono, signed 16-bit little-endian, no header. */
export const pcmSampleRate = 16_000;
export const pcmBytesPerSample = 2;

/** A stretch of audio. Samples at 16 kHz, end exclusive. */
export const span = z.strictObject({ start: z.int().min(0), end: z.int().min(0) });
export type Span = z.infer<typeof span>;

/** One word with its time in the recording and the engine's probability for it, 0 to 1. */
export const word = z.strictObject({
  text: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  probability: z.number(),
});
export type Word = z.infer<typeof word>;

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

/** What made a transcript. Stored with every one of them. */
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
