import { z } from "zod";
import type { Contract } from "./contract.ts";
import { device, deviceChoice } from "./model.ts";
import { segment } from "./speech.ts";

/** Host ↔ speech worker: one process per loaded model. */
export const speechContract = {
  methods: {
    devices: { params: z.strictObject({}), result: z.strictObject({ devices: z.array(device) }) },
    /** Loads a model. `notice` says in words when the device asked for could not be had and the CPU is used instead. */
    load: {
      params: z.strictObject({ modelPath: z.string(), device: deviceChoice, threads: z.int().positive() }),
      result: z.strictObject({ engineVersion: z.string(), device, notice: z.string().nullable() }),
    },
    /**
     * Transcribes one window of at most 30 s of a PCM file. Times are milliseconds from the start of the recording.
     * `prompt` biases towards names and terms; `language` is ISO 639-1 or "auto".
     */
    transcribe: {
      params: z.strictObject({
        pcmPath: z.string(),
        start: z.int(),
        end: z.int(),
        language: z.string(),
        prompt: z.string(),
      }),
      result: z.strictObject({ segments: z.array(segment), language: z.string(), computeMs: z.number() }),
    },
  },
  events: {},
} as const satisfies Contract;
