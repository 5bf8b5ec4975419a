import type { Reader, Writer } from "./connection.ts";
import { now } from "./new-row.ts";

/** A file as the file system shows it. `mtimeMs` with all its fraction. */
export interface FileState {
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
}

/** Stores the hash that was computed over a file in this state. */
export function rememberHash(writer: Writer, file: FileState, sha256: string): void {
  writer.run(
    `INSERT INTO verified_files (path, bytes, mtime_ms, sha256, verified_at)
     VALUES (@path, @bytes, @mtimeMs, @sha256, @at)
     ON CONFLICT (path) DO UPDATE SET bytes = excluded.bytes, mtime_ms = excluded.mtime_ms,
       sha256 = excluded.sha256, verified_at = excluded.verified_at`,
    { path: file.path, bytes: file.bytes, mtimeMs: file.mtimeMs, sha256, at: now() },
  );
}

/** The hash of a file that has the same size and time as when it was computed; else undefined: compute it again. */
export function knownHash(reader: Reader, file: FileState): string | undefined {
  return reader.get<{ readonly sha256: string }>(
    "SELECT sha256 FROM verified_files WHERE path = @path AND bytes = @bytes AND mtime_ms = @mtimeMs",
    { path: file.path, bytes: file.bytes, mtimeMs: file.mtimeMs },
  )?.sha256;
}

export function forgetHash(writer: Writer, path: string): void {
  writer.run("DELETE FROM verified_files WHERE path = @path", { path });
}
