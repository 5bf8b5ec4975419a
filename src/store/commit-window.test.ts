import { describe, expect, test } from "vitest";
import { commitWindow } from "./commit-window.ts";
import { claimNextJob, createJob, getJob, pauseJob } from "./jobs.ts";
import { addTranscript, freshStore } from "./testing/fresh-store.ts";
import { segmentsOf } from "./testing/window-content.ts";
import { getTranscript, listSegments } from "./transcripts.ts";

function transcription() {
  const store = freshStore();
  const { transcript } = addTranscript(store.writer);
  createJob(store.writer, { kind: "transcription", input: { transcriptId: transcript.id } });
  const jobId = claimNextJob(store.writer)!.id;
  const commit = (index: number, segments = segmentsOf(index)) => {
    const cursor = { nextWindow: index + 1, doneMs: (index + 1) * 1000 };
    const progress = { done: cursor.doneMs, total: 9000 };
    return commitWindow(store.writer, { transcriptId: transcript.id, jobId, segments, cursor, progress });
  };
  const state = () => ({
    job: getJob(store.reader, jobId),
    transcript: getTranscript(store.reader, transcript.id),
    segments: listSegments(store.reader, transcript.id),
  });
  return { ...store, jobId, commit, state };
}

describe("commitWindow", () => {
  test("stores segments, cursors and progress together, words and all; a silent window moves the cursor", () => {
    const { commit, state } = transcription();
    expect(commit(0)).toBe(true);
    expect(state().segments).toEqual([]);
    expect(commit(1)).toBe(true);
    expect(commit(2)).toBe(true);
    const cursor = { nextWindow: 3, doneMs: 3000 };
    expect(state()).toMatchObject({ job: { cursor, progress: { done: 3000, total: 9000 } }, transcript: { cursor } });
    expect(state().segments).toEqual([...segmentsOf(1), ...segmentsOf(2)]);
  });

  test("a window that is there changes nothing", () => {
    const { commit, state } = transcription();
    commit(0);
    commit(1);
    const before = state();
    expect(commit(1, [{ startMs: 0, endMs: 1, text: "other" }])).toBe(false);
    expect(commit(0)).toBe(false);
    expect(state()).toEqual(before);
  });

  test("a window out of order, or one whose row is refused, leaves everything as it was", () => {
    const { commit, state } = transcription();
    commit(0);
    const before = state();
    expect(() => commit(2)).toThrow("window 2 was committed where 1 comes next");
    expect(() => commit(1, [...segmentsOf(3), { startMs: Number.NaN, endMs: 1, text: "no time" }])).toThrow("NOT NULL");
    expect(state()).toEqual(before);
    expect(commit(1)).toBe(true);
  });

  test("a window that comes after a pause is refused, with its segments", () => {
    const { commit, state, writer, jobId } = transcription();
    commit(0);
    pauseJob(writer, jobId);
    const before = state();
    expect(() => commit(1)).toThrow(
      expect.objectContaining({ code: "input.invalid", data: { jobId, from: "paused", to: "running" } }),
    );
    expect(state()).toEqual(before);
  });
});
