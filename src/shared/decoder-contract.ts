import { z } from "zod";
import type { Contract } from "./contract.ts";

/** Most that crosses at once, in bytes, either way. */
export const decoderBlockBytes = 1024 * 1024;

/** What the page that decodes offers the shell, over the one port it is given. It gets one file in its life. */
export const decoderContract = {
  methods: {
    /**
     * Reads the file of this many bytes and writes all its sound. `damage`: one clause that says what is wrong with
     * the file although something was decoded. @throws audio.undecodable with one clause
     */
    decode: {
      params: z.strictObject({ bytes: z.int().min(0) }),
      result: z.strictObject({ format: z.string().max(100), damage: z.string().max(500).nullable() }),
    },
  },
  events: {
    /** From 0 to 1. */
    progress: z.strictObject({ share: z.number().min(0).max(1) }),
  },
} as const satisfies Contract;

/** What the shell offers that page: the bytes of the one file, and a place for its samples. */
export const decoderFileContract = {
  methods: {
    /** Bytes of the file, `end` exclusive. */
    read: {
      params: z.strictObject({ start: z.int().min(0), end: z.int().min(0) }),
      result: z.strictObject({ bytes: z.instanceof(Uint8Array) }),
    },
    /** The next 16 kHz mono s16le. They are written when this answers: that is what holds the page back. */
    write: { params: z.strictObject({ samples: z.instanceof(Uint8Array) }), result: z.strictObject({}) },
  },
  events: {},
} as const satisfies Contract;
