import { z } from "zod";
import type { Contract } from "./contract.ts";
import { span } from "./speech.ts";

/** Host ↔ audio worker: it reads untrusted files, so it is a process of its own. Audio crosses as paths. */
export const audioContract = {
  methods: {
    /** Decodes `path` to 16 kHz mono s16le at `pcmPath`, streaming. Emits `progress` with the bytes read. */
    decode: {
      params: z.strictObject({ path: z.string(), pcmPath: z.string(), ffmpegPath: z.string().nullable() }),
      result: z.strictObject({
        format: z.string(),
        durationMs: z.number(),
        sourceSampleRate: z.number(),
        sourceChannels: z.number(),
        /** What is wrong with the file although it was decoded, a sentence; null when it was whole. */
        notice: z.string().nullable(),
      }),
    },
    /**
     * Finds speech in a PCM file with Silero's network, in all of it or in one part. Spans are samples from the start of
     * the file, in order, and do not overlap.
     */
    findSpeech: {
      params: z.strictObject({ pcmPath: z.string(), modelPath: z.string(), part: span.nullable().default(null) }),
      result: z.strictObject({ spans: z.array(span) }),
    },
  },
  events: { progress: z.strictObject({ done: z.number(), total: z.number() }) },
} as const satisfies Contract;
