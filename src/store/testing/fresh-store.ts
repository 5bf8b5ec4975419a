import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { TranscriptOrigin } from "../../shared/speech.ts";
import { openStore, type Store } from "../open-store.ts";
import { addRecording, type Recording } from "../recordings.ts";
import { openTranscript, type Transcript } from "../transcripts.ts";
import type { Writer } from "../connection.ts";

/** A folder that is gone when the test is over. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "indoors-store-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** An open, empty database on disk that is closed and gone when the test is over. */
export function freshStore(): Store {
  const folder = mkdtempSync(join(tmpdir(), "indoors-store-"));
  const store = openStore(join(folder, "indoors.db"));
  onTestFinished(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return store;
}

export const origin: TranscriptOrigin = {
  engine: "transcribe-cpp",
  engineVersion: "0.2.3",
  modelName: "base.en",
  modelSha256: "a0",
  device: "cpu",
  threads: 2,
  language: "en",
  vocabulary: ["Odyssey"],
};

export function addTranscript(
  writer: Writer,
  name = "apollo-13.wav",
): { recording: Recording; transcript: Transcript } {
  const recording = addRecording(writer, { path: `/recordings/${name}`, name, sha256: "3b", bytes: 960_078 });
  return { recording, transcript: openTranscript(writer, { recordingId: recording.id, origin }) };
}

/** True for the integrity of the whole file and of both search indexes against the rows they index. */
export function isWhole(store: Store): boolean {
  const check = store.reader.get<{ readonly integrity_check: string }>("PRAGMA integrity_check");
  for (const table of ["segments_search", "messages_search"]) {
    store.writer.run(`INSERT INTO ${table}(${table}, rank) VALUES ('integrity-check', 1)`);
  }
  return check?.integrity_check === "ok";
}
