import { z } from "zod";
import type { Contract } from "./contract.ts";
import { grant, toolCall, toolOutcome, transcriptHit } from "./tool.ts";

/** Host → tool worker: one call, then the worker ends. */
export const toolContract = {
  methods: {
    run: {
      params: z.strictObject({
        call: toolCall,
        grants: z.array(grant),
        today: z.string(),
        /** Paths of models that tools use. */
        weights: z.strictObject({ ocr: z.string().nullable() }),
      }),
      result: toolOutcome,
    },
  },
  /** The worker has loaded what it needs and waits for its call. */
  events: { ready: z.strictObject({}) },
} as const satisfies Contract;

/** Tool worker → host: what a tool that declares the need may ask for while it runs. */
export const brokerContract = {
  methods: {
    searchTranscripts: {
      params: z.strictObject({
        query: z.string().max(1000),
        recordingId: z.string().nullable(),
        limit: z.int().min(1).max(50),
      }),
      result: z.strictObject({ hits: z.array(transcriptHit) }),
    },
  },
  events: {},
} as const satisfies Contract;
