import { z } from "zod";
import type { Contract } from "./contract.ts";

/** The port of the mux between shell and host that only these two use. Windows have 1 and up. */
export const controlPort = 0;
/** The port of the same mux behind which the gateway is, while there is one. */
export const gatewayPort = -1;

/** What the host offers the shell beside the contract of the windows. */
export const controlContract = {
  methods: {
    /** Where a recording lies, for the player. @throws not-found, file.unreadable */
    "media.path": {
      params: z.strictObject({ recordingId: z.string() }),
      result: z.strictObject({ path: z.string() }),
    },
    /** Where the samples of a capture go: the shell writes them, and nobody else. @throws not-found */
    "capture.file": {
      params: z.strictObject({ id: z.string() }),
      result: z.strictObject({ path: z.string(), headerBytes: z.int() }),
    },
    /** Makes recordings of captures that a dead process left, but for those that are being written. */
    "captures.recover": {
      params: z.strictObject({ active: z.array(z.string()) }),
      result: z.strictObject({
        recovered: z.array(z.strictObject({ id: z.string(), recordingId: z.string(), durationMs: z.number() })),
      }),
    },
    /** One row of the audit log for what the shell itself did: a file written, the kiosk left, an export refused. */
    "audit.note": {
      params: z.strictObject({
        action: z.enum(["export", "settings.change"]),
        subject: z.string(),
        facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
        content: z.record(z.string(), z.string()),
      }),
      result: z.strictObject({}),
    },
    /** Stops work where it is and ends the process. */
    stop: { params: z.strictObject({}), result: z.strictObject({}) },
  },
  events: {
    /** The windows can be served. */
    ready: z.strictObject({ version: z.string(), dataFolder: z.string() }),
    /** It cannot start; the process ends after this. */
    failed: z.strictObject({ code: z.string(), message: z.string() }),
  },
} as const satisfies Contract;

/** What the shell offers the host: the decoders that Chromium has, in a sealed hidden window, and the gateway. */
export const desktopContract = {
  methods: {
    /** Decodes to 16 kHz mono s16le at `pcmPath`. The file appears when it is whole. @throws audio.undecodable */
    decode: {
      params: z.strictObject({ path: z.string(), pcmPath: z.string() }),
      result: z.strictObject({
        format: z.string(),
        durationMs: z.number(),
        notice: z.string().nullable(),
      }),
    },
    /**
     * Starts the gateway, which the host cannot: it has no network to give. It answers on `gatewayPort` until it ends.
     * @throws perimeter.unreachable when it does not start
     */
    "gateway.start": { params: z.strictObject({}), result: z.strictObject({}) },
    "gateway.stop": { params: z.strictObject({}), result: z.strictObject({}) },
  },
  events: {
    /** How far a decoding is, by its source path. */
    "decode.progress": z.strictObject({ path: z.string(), share: z.number() }),
  },
} as const satisfies Contract;
