import { IndoorsError } from "../shared/errors.ts";
import type { Reader, Writer } from "./connection.ts";
import { newRow } from "./new-row.ts";

export interface Recording {
  readonly id: string;
  /** Where the file lies. Indoors does not copy it; with the source `microphone` it made it. */
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Null until it has been decoded once; so is `format`. */
  readonly durationMs: number | null;
  readonly format: string | null;
  readonly addedAt: string;
  readonly source: "file" | "microphone";
}

const columns = "id, path, name, sha256, bytes, duration_ms AS durationMs, format, added_at AS addedAt, source";

/** Adds a recording. The same bytes at the same path are the same recording: then it returns the one that is there. */
export function addRecording(
  writer: Writer,
  recording: Pick<Recording, "path" | "name" | "sha256" | "bytes"> & Partial<Pick<Recording, "source">>,
): Recording {
  const { path, name, sha256, bytes, source = "file" } = recording;
  return writer.transaction(() => {
    const known = writer.get<Recording>(`SELECT ${columns} FROM recordings WHERE path = @path AND sha256 = @sha256`, {
      path,
      sha256,
    });
    if (known !== undefined) return known;
    const { id, at } = newRow();
    writer.run(
      `INSERT INTO recordings (id, path, name, sha256, bytes, added_at, source)
       VALUES (@id, @path, @name, @sha256, @bytes, @at, @source)`,
      { id, path, name, sha256, bytes, at, source },
    );
    return { id, path, name, sha256, bytes, durationMs: null, format: null, addedAt: at, source };
  });
}

/**
 * Stores what decoding found out.
 * @throws IndoorsError `not-found`
 */
export function describeRecording(
  writer: Writer,
  id: string,
  found: { readonly durationMs: number; readonly format: string },
): void {
  const changed = writer.run("UPDATE recordings SET duration_ms = @durationMs, format = @format WHERE id = @id", {
    id,
    durationMs: found.durationMs,
    format: found.format,
  });
  if (changed === 0) throw missing(id);
}

/** @throws IndoorsError `not-found` */
export function renameRecording(writer: Writer, id: string, name: string): void {
  if (writer.run("UPDATE recordings SET name = @name WHERE id = @id", { id, name }) === 0) throw missing(id);
}

/** @throws IndoorsError `not-found` */
export function getRecording(reader: Reader, id: string): Recording {
  const found = reader.get<Recording>(`SELECT ${columns} FROM recordings WHERE id = @id`, { id });
  if (found === undefined) throw missing(id);
  return found;
}

/** All recordings, the newest first. */
export function listRecordings(reader: Reader): Recording[] {
  return reader.all(`SELECT ${columns} FROM recordings ORDER BY seq DESC`);
}

/** Forgets a recording with its transcripts; the file stays. False when there was none. */
export function deleteRecording(writer: Writer, id: string): boolean {
  return writer.run("DELETE FROM recordings WHERE id = @id", { id }) > 0;
}

function missing(id: string): IndoorsError {
  return new IndoorsError("not-found", `There is no recording with the id ${id}.`);
}
