import { z } from "zod";

/**
 * All long work is a job: it can be seen, paused, cancelled, resumed, and it survives the end of the process.
 * queued → running → done | failed; queued or running → paused → queued; any unfinished one → cancelled; failed or
 * cancelled → queued, tried again.
 */
export const jobStatus = z.enum(["queued", "running", "paused", "failed", "done", "cancelled"]);
export type JobStatus = z.infer<typeof jobStatus>;

export const job = z.strictObject({
  id: z.string(),
  kind: z.string(),
  status: jobStatus,
  /** What to do; the shape belongs to the kind. */
  input: z.unknown(),
  /** Where to go on after a break; the shape belongs to the kind. Committed together with the work it counts. */
  cursor: z.unknown(),
  attempts: z.int(),
  /** Done so far and in all, in the kind's own unit (milliseconds of audio for a transcription). 0 of 0: not known yet. */
  progress: z.strictObject({ done: z.number(), total: z.number() }),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type Job = z.infer<typeof job>;
