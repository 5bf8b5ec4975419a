import { expect, it } from "vitest";
import type { JobView, RecordingView } from "../../../../src/shared/host-contract.ts";
import type { JobStatus } from "../../../../src/shared/job.ts";
import { bestTranscript, jobsByRecording, sortRecordings, stateOf } from "./library-rows.ts";

const origin = {
  ...{ engine: "transcribe-cpp", engineVersion: "1", modelName: "base", modelSha256: "0", device: "CPU", threads: 2 },
  ...{ language: "en", vocabulary: [] },
} as const;
const recording = (id: string, name: string, addedAt: string, statuses: readonly string[] = []): RecordingView => ({
  ...{ id, name, addedAt, path: `/x/${name}`, bytes: 1, durationMs: name.length * 1000, source: "file" },
  transcripts: statuses.map((status, index) => ({ id: `${id}-t${index}`, status, language: "en", origin })),
});
const job = (recordingId: string, status: JobStatus, createdAt: string, done = 0, total = 0): JobView => ({
  ...{ title: "Transcribe", timeLeftMs: null, recordingId, transcriptId: `${recordingId}-t0` },
  job: {
    ...{ id: `${recordingId}-${createdAt}`, kind: "transcription", status, input: null, cursor: null, attempts: 1 },
    ...{ progress: { done, total }, error: null, createdAt, updatedAt: createdAt },
  },
});

it("sorts names as people do, by length, and by day", () => {
  const all = [
    recording("a", "visit 10", "2026-01-02"),
    recording("b", "Visit 2", "2026-01-03"),
    recording("c", "åse", "2026-01-01"),
  ];
  const ids = (sorted: readonly RecordingView[]) => sorted.map(({ id }) => id).join("");
  expect(ids(sortRecordings(all, { key: "name", down: false }, "en"))).toBe("cba");
  expect(ids(sortRecordings(all, { key: "length", down: true }, "en"))).toBe("abc");
  expect(ids(sortRecordings(all, { key: "added", down: true }, "en"))).toBe("bac");
});

it("opens the newest whole transcript, else the newest", () => {
  expect(bestTranscript(recording("a", "a", "1", ["partial", "complete", "complete"]))?.id).toBe("a-t1");
  expect(bestTranscript(recording("a", "a", "1", ["partial"]))?.id).toBe("a-t0");
  expect(bestTranscript(recording("a", "a", "1"))).toBeNull();
});

it("shows the job that is not over before an older or newer one that is", () => {
  const jobs = jobsByRecording([
    job("a", "running", "2", 30, 120),
    job("a", "failed", "3"),
    job("b", "failed", "1"),
    job("c", "failed", "1"),
  ]);
  const state = (id: string, statuses: readonly string[]) => stateOf(recording(id, id, "1", statuses), jobs.get(id));
  expect(state("a", ["complete"])).toEqual({ kind: "job", status: "running", share: 0.25 });
  expect(state("b", [])).toEqual({ kind: "job", status: "failed", share: null });
  expect(state("c", ["complete"])).toEqual({ kind: "transcribed" });
  expect(state("d", ["partial"])).toEqual({ kind: "none" });
});
