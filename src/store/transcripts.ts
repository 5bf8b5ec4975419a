import { IndoorsError } from "../shared/errors.ts";
import type { Segment, TranscriptOrigin, Word } from "../shared/speech.ts";
import type { Reader, Writer } from "./connection.ts";
import { fromJson } from "./json-column.ts";
import { newRow, now } from "./new-row.ts";

/** Where a transcription goes on: the next window, and the end in milliseconds of what is committed. */
export interface WindowCursor {
  readonly nextWindow: number;
  readonly doneMs: number;
}

export interface Transcript {
  readonly id: string;
  readonly recordingId: string;
  readonly origin: TranscriptOrigin;
  /** What was asked for, "auto" included; once complete, what was heard. */
  readonly language: string;
  readonly status: "partial" | "complete";
  readonly cursor: WindowCursor;
  readonly createdAt: string;
  readonly updatedAt: string;
}

type TranscriptRow = Omit<Transcript, "origin" | "cursor"> & { readonly origin: string } & WindowCursor;

const columns = `id, recording_id AS recordingId, origin, language, status, next_window AS nextWindow,
  done_ms AS doneMs, created_at AS createdAt, updated_at AS updatedAt`;

/** The transcript of this recording with this origin: the one that is there, or a new empty one. */
export function openTranscript(
  writer: Writer,
  { recordingId, origin }: { readonly recordingId: string; readonly origin: TranscriptOrigin },
): Transcript {
  return writer.transaction(() => {
    const { id, at } = newRow();
    writer.run(
      `INSERT INTO transcripts
         (id, recording_id, origin, language, status, next_window, done_ms, created_at, updated_at)
       VALUES (@id, @recordingId, @origin, @language, 'partial', 0, 0, @at, @at)
       ON CONFLICT (recording_id, origin) DO NOTHING`,
      { id, recordingId, origin: originText(origin), language: origin.language, at },
    );
    const row = writer.get<TranscriptRow>(
      `SELECT ${columns} FROM transcripts WHERE recording_id = @recordingId AND origin = @origin`,
      { recordingId, origin: originText(origin) },
    );
    if (row === undefined) throw new Error("a transcript that was inserted is not there");
    return fromRow(row);
  });
}

/**
 * Says what makes a transcript that nothing was committed to yet. If the recording has one of that making already, that
 * one goes; with `takeOver`, what was heard in it is kept here.
 * @throws IndoorsError `not-found`
 */
export function settleOrigin(
  writer: Writer,
  id: string,
  origin: TranscriptOrigin,
  { takeOver }: { readonly takeOver: boolean },
): Transcript {
  return writer.transaction(() => {
    const { recordingId } = getTranscript(writer, id);
    const alike = writer.get<TranscriptRow>(
      `SELECT ${columns} FROM transcripts WHERE recording_id = @recordingId AND origin = @origin AND id <> @id`,
      { recordingId, origin: originText(origin), id },
    );
    if (alike !== undefined && takeOver) {
      const { status, language, nextWindow, doneMs } = alike;
      writer.run("UPDATE segments SET transcript_id = @id WHERE transcript_id = @alike", { id, alike: alike.id });
      writer.run(
        `UPDATE transcripts SET status = @status, language = @language, next_window = @nextWindow, done_ms = @doneMs
         WHERE id = @id`,
        { id, status, language, nextWindow, doneMs },
      );
    }
    if (alike !== undefined) deleteTranscript(writer, alike.id);
    writer.run("UPDATE transcripts SET origin = @origin, updated_at = @at WHERE id = @id", {
      ...{ id, origin: originText(origin), at: now() },
    });
    return getTranscript(writer, id);
  });
}

/** @throws IndoorsError `not-found` */
export function getTranscript(reader: Reader, id: string): Transcript {
  const row = reader.get<TranscriptRow>(`SELECT ${columns} FROM transcripts WHERE id = @id`, { id });
  if (row === undefined) throw missing(id);
  return fromRow(row);
}

/** The transcripts of a recording, or of all, the newest first. */
export function listTranscripts(reader: Reader, recordingId: string | null): Transcript[] {
  const where = recordingId === null ? "" : "WHERE recording_id = @recordingId";
  return reader
    .all<TranscriptRow>(
      `SELECT ${columns} FROM transcripts ${where} ORDER BY seq DESC`,
      recordingId === null ? {} : { recordingId },
    )
    .map(fromRow);
}

/**
 * Marks a transcript as complete, in the language that was heard.
 * @throws IndoorsError `not-found`
 */
export function completeTranscript(writer: Writer, id: string, language: string): void {
  const changed = writer.run(
    "UPDATE transcripts SET status = 'complete', language = @language, updated_at = @at WHERE id = @id",
    { id, language, at: now() },
  );
  if (changed === 0) throw missing(id);
}

/** Deletes a transcript with its segments. False when there was none. */
export function deleteTranscript(writer: Writer, id: string): boolean {
  return writer.run("DELETE FROM transcripts WHERE id = @id", { id }) > 0;
}

/** The segments of a transcript in the order of the recording. */
export function listSegments(reader: Reader, transcriptId: string): Segment[] {
  return reader
    .all<{ readonly startMs: number; readonly endMs: number; readonly text: string; readonly words: string | null }>(
      `SELECT start_ms AS startMs, end_ms AS endMs, text, words FROM segments
       WHERE transcript_id = @transcriptId ORDER BY window_index, ordinal`,
      { transcriptId },
    )
    .map(({ words, ...segment }) => (words === null ? segment : { ...segment, words: fromJson<Word[]>(words) }));
}

/** The same origin is always the same text: keys in one order. */
function originText(origin: TranscriptOrigin): string {
  return JSON.stringify(origin, Object.keys(origin).sort());
}

function missing(id: string): IndoorsError {
  return new IndoorsError("not-found", `There is no transcript with the id ${id}.`);
}

function fromRow({ origin, nextWindow, doneMs, ...row }: TranscriptRow): Transcript {
  return { ...row, origin: fromJson<TranscriptOrigin>(origin), cursor: { nextWindow, doneMs } };
}
