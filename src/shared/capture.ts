import { z } from "zod";
import { segment } from "./speech.ts";

/** A recording that is being made from the microphone. Its samples are on disk as they come. */
export const captureView = z.strictObject({
  id: z.string(),
  name: z.string(),
  startedAt: z.string(),
  /** Milliseconds of sound on disk. */
  durationMs: z.number(),
  state: z.enum(["recording", "interrupted"]),
});
export type CaptureView = z.infer<typeof captureView>;

/** Text of a capture under way, all of it so far: `settled` segments stay, `tentative` is what may still change. */
export const captureText = z.strictObject({
  id: z.string(),
  settled: z.array(segment),
  tentative: z.string(),
  /** Milliseconds of sound that have no text yet. */
  behindMs: z.number(),
});
export type CaptureText = z.infer<typeof captureText>;
