import type { Segment } from "../shared/speech.ts";
import type { Job } from "../shared/job.ts";
import type { Writer } from "./connection.ts";
import { updateJob } from "./jobs.ts";
import { toJson } from "./json-column.ts";
import { now } from "./new-row.ts";
import { getTranscript, type WindowCursor } from "./transcripts.ts";

export interface WindowCommit {
  readonly transcriptId: string;
  readonly jobId: string;
  /** What was said in window `cursor.nextWindow - 1`. None for a window without words. */
  readonly segments: readonly Segment[];
  /** Where to go on after this window. */
  readonly cursor: WindowCursor;
  readonly progress: Job["progress"];
}

/**
 * Stores one window of a transcription: its segments, the transcript's and the job's cursor and the job's progress, in
 * one transaction. A window that is already there changes nothing, so it may be sent again after a break.
 * @returns false when the window was there before.
 * @throws IndoorsError `not-found`; `input.invalid` when the job is not running. Error (a bug) when a window is skipped.
 */
export function commitWindow(writer: Writer, commit: WindowCommit): boolean {
  const { transcriptId, jobId, segments, cursor, progress } = commit;
  const windowIndex = cursor.nextWindow - 1;
  return writer.transaction(() => {
    const expected = getTranscript(writer, transcriptId).cursor.nextWindow;
    if (windowIndex < expected) return false;
    if (windowIndex > expected) throw new Error(`window ${windowIndex} was committed where ${expected} comes next`);
    for (const [ordinal, { startMs, endMs, text, words }] of segments.entries()) {
      writer.run(
        `INSERT INTO segments (transcript_id, window_index, ordinal, start_ms, end_ms, text, words)
         VALUES (@transcriptId, @windowIndex, @ordinal, @startMs, @endMs, @text, @words)`,
        { transcriptId, windowIndex, ordinal, startMs, endMs, text, words: words === undefined ? null : toJson(words) },
      );
    }
    writer.run(
      `UPDATE transcripts SET next_window = @nextWindow, done_ms = @doneMs, updated_at = @at WHERE id = @transcriptId`,
      { transcriptId, nextWindow: cursor.nextWindow, doneMs: cursor.doneMs, at: now() },
    );
    updateJob(writer, jobId, { progress, cursor });
    return true;
  });
}
