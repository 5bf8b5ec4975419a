import { describe, expect, test } from "vitest";
import {
  addRecording,
  deleteRecording,
  describeRecording,
  getRecording,
  listRecordings,
  renameRecording,
} from "./recordings.ts";
import { searchSegments } from "./search.ts";
import { commitWindow } from "./commit-window.ts";
import { claimNextJob, createJob } from "./jobs.ts";
import { addTranscript, freshStore, isWhole, origin } from "./testing/fresh-store.ts";
import {
  completeTranscript,
  getTranscript,
  listSegments,
  listTranscripts,
  openTranscript,
  settleOrigin,
} from "./transcripts.ts";

const file = { path: "/in/a.wav", name: "a.wav", sha256: "aa", bytes: 10 };

describe("recordings", () => {
  test("the same bytes at the same path are one recording; changed bytes are another", () => {
    const { reader, writer } = freshStore();
    const first = addRecording(writer, file);
    expect(addRecording(writer, file)).toEqual(first);
    const changed = addRecording(writer, { ...file, sha256: "bb" });
    expect(listRecordings(reader)).toEqual([changed, first]);
  });

  test("one that was made here says so, and has the name it is given", () => {
    const { reader, writer } = freshStore();
    expect(addRecording(writer, file).source).toBe("file");
    const { id } = addRecording(writer, { ...file, path: "/data/b.wav", source: "microphone" });
    renameRecording(writer, id, "Visit");
    expect(getRecording(reader, id)).toMatchObject({ source: "microphone", name: "Visit", path: "/data/b.wav" });
    expect(() => renameRecording(writer, "x", "y")).toThrow(expect.objectContaining({ code: "not-found" }));
  });

  test("what decoding found out is kept", () => {
    const { reader, writer } = freshStore();
    const { id, durationMs } = addRecording(writer, file);
    expect(durationMs).toBeNull();
    describeRecording(writer, id, { durationMs: 30_000.5, format: "wav" });
    expect(getRecording(reader, id)).toMatchObject({ durationMs: 30_000.5, format: "wav" });
    const notFound = expect.objectContaining({ code: "not-found" });
    expect(() => describeRecording(writer, "x", { durationMs: 1, format: "wav" })).toThrow(notFound);
    expect(() => getRecording(reader, "x")).toThrow(notFound);
  });

  test("forgetting one takes its transcripts, segments and search entries", () => {
    const store = freshStore();
    const { reader, writer } = store;
    const { recording, transcript } = addTranscript(writer);
    createJob(writer, { kind: "transcription", input: null });
    const jobId = claimNextJob(writer)!.id;
    const segments = [{ startMs: 0, endMs: 10, text: "Houston" }];
    const cursor = { nextWindow: 1, doneMs: 10 };
    commitWindow(writer, { transcriptId: transcript.id, jobId, segments, cursor, progress: { done: 10, total: 10 } });
    expect(searchSegments(reader, { query: "houston", limit: 5 })).toHaveLength(1);
    expect(deleteRecording(writer, recording.id)).toBe(true);
    expect(listSegments(reader, transcript.id)).toEqual([]);
    expect(searchSegments(reader, { query: "houston", limit: 5 })).toEqual([]);
    expect(isWhole(store)).toBe(true);
  });
});

describe("transcripts", () => {
  test("what makes one is said later; one of that making goes, and what was heard in it is kept if that is wanted", () => {
    const store = freshStore();
    const { reader, writer } = store;
    const { recording, transcript } = addTranscript(writer);
    const job = createJob(writer, { kind: "t", input: {} });
    claimNextJob(writer);
    const segments = [{ startMs: 0, endMs: 900, text: "Houston" }];
    const cursor = { nextWindow: 1, doneMs: 900 };
    commitWindow(writer, {
      ...{ transcriptId: transcript.id, jobId: job.id, segments, cursor, progress: { done: 1, total: 2 } },
    });
    const asked = { ...origin, engineVersion: "", device: "auto", threads: 0 };
    const open = () => openTranscript(writer, { recordingId: recording.id, origin: asked });
    const heir = open();
    expect(settleOrigin(writer, heir.id, origin, { takeOver: true })).toMatchObject({ id: heir.id, origin, cursor });
    expect(listSegments(reader, heir.id)).toEqual(segments);
    expect(listTranscripts(reader, recording.id).map(({ id }) => id)).toEqual([heir.id]);
    expect(searchSegments(reader, { query: "houston", limit: 9 })).toMatchObject([{ transcriptId: heir.id }]);
    const anew = open();
    expect(settleOrigin(writer, anew.id, origin, { takeOver: false }).cursor.nextWindow).toBe(0);
    expect(listTranscripts(reader, recording.id).map(({ id }) => id)).toEqual([anew.id]);
    expect(searchSegments(reader, { query: "houston", limit: 9 })).toEqual([]);
    expect(isWhole(store)).toBe(true);
    const gone = () => settleOrigin(writer, "nobody", origin, { takeOver: true });
    expect(gone).toThrow(expect.objectContaining({ code: "not-found" }));
  });

  test("one per recording and origin, in whatever order the origin's keys come", () => {
    const { reader, writer } = freshStore();
    const { recording, transcript } = addTranscript(writer);
    const turned = Object.fromEntries(Object.entries(origin).toReversed()) as typeof origin;
    expect(openTranscript(writer, { recordingId: recording.id, origin: turned }).id).toBe(transcript.id);
    const other = openTranscript(writer, { recordingId: recording.id, origin: { ...origin, vocabulary: [] } });
    expect(listTranscripts(reader, recording.id).map(({ id }) => id)).toEqual([other.id, transcript.id]);
    expect(getTranscript(reader, transcript.id)).toEqual(transcript);
    expect(transcript).toMatchObject({
      origin,
      language: "en",
      status: "partial",
      cursor: { nextWindow: 0, doneMs: 0 },
    });
  });

  test("complete says so, in the language that was heard", () => {
    const { reader, writer } = freshStore();
    const { transcript } = addTranscript(writer);
    completeTranscript(writer, transcript.id, "de");
    expect(getTranscript(reader, transcript.id)).toMatchObject({ status: "complete", language: "de" });
    expect(() => completeTranscript(writer, "x", "de")).toThrow(expect.objectContaining({ code: "not-found" }));
  });
});
