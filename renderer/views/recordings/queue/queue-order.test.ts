import { expect, it } from "vitest";
import type { JobView } from "../../../../src/shared/host-contract.ts";
import type { JobStatus } from "../../../../src/shared/job.ts";
import { moveByOne, queueOf, speedOf, withChanged, withMoved } from "./queue-order.ts";

const job = (id: string, status: JobStatus, updatedAt = "1"): JobView => ({
  ...{ title: id, timeLeftMs: null, recordingId: id, transcriptId: id },
  job: {
    ...{ id, kind: "transcription", status, input: null, cursor: null, attempts: 1, error: null },
    ...{ progress: { done: 0, total: 0 }, createdAt: "1", updatedAt },
  },
});
const ids = (jobs: readonly JobView[]) => jobs.map((view) => view.job.id).join("");
const jobs = [
  job("a", "done"),
  job("b", "running"),
  job("c", "queued"),
  job("d", "paused"),
  job("e", "queued"),
  job("f", "failed", "1"),
  job("g", "cancelled", "2"),
];

it("tells what runs, waits, stopped and is done", () => {
  const queue = queueOf(jobs);
  expect([queue.running, queue.waiting, queue.stopped, queue.done].map(ids)).toEqual(["b", "cde", "gf", "a"]);
});

it("moves by one place and stays inside", () => {
  const { waiting } = queueOf(jobs);
  expect(moveByOne(waiting, "d", -1)).toEqual({ id: "d", before: "c" });
  expect(moveByOne(waiting, "c", 1)).toEqual({ id: "c", before: "e" });
  expect(moveByOne(waiting, "d", 1)).toEqual({ id: "d", before: null });
  expect(moveByOne(waiting, "c", -1)).toBeNull();
  expect(moveByOne(waiting, "e", 1)).toBeNull();
  expect(moveByOne(waiting, "zz", 1)).toBeNull();
});

it("shows a move as the host will do it", () => {
  expect(ids(withMoved(jobs, "e", "c"))).toBe("abecdfg");
  expect(ids(withMoved(jobs, "c", null))).toBe("abdefgc");
  expect(withMoved(jobs, "c", "c")).toBe(jobs);
});

it("puts a changed job in its place, or last", () => {
  expect(withChanged(jobs, job("c", "running"))[2]?.job.status).toBe("running");
  expect(ids(withChanged(jobs, job("z", "queued")))).toBe("abcdefgz");
});

it("knows the speed from what is left, and nothing when nothing is known", () => {
  const view = job("a", "running");
  expect(
    speedOf({ ...view, timeLeftMs: 20_000, job: { ...view.job, progress: { done: 40_000, total: 100_000 } } }),
  ).toBe(3);
  expect(speedOf(view)).toBeNull();
});
