import { describe, expect, test } from "vitest";
import { job as jobSchema, type JobStatus, jobStatus } from "../shared/job.ts";
import type { Writer } from "./connection.ts";
import {
  cancelJob,
  claimNextJob,
  completeJob,
  createJob,
  failJob,
  forgetJob,
  getJob,
  listJobs,
  pauseJob,
  placeJob,
  recoverInterruptedJobs,
  resumeJob,
  retryJob,
  updateJob,
} from "./jobs.ts";
import { freshStore } from "./testing/fresh-store.ts";

const failure = { code: "engine.failed", message: "The engine could not do that." };

/** A job that was brought to a status by legal moves only. */
function jobIn(writer: Writer, status: JobStatus): string {
  const { id } = createJob(writer, { kind: status, input: null });
  if (status !== "queued" && status !== "cancelled") claimNextJob(writer, status);
  if (status === "paused") pauseJob(writer, id);
  if (status === "done") completeJob(writer, id);
  if (status === "failed") failJob(writer, id, failure);
  if (status === "cancelled") cancelJob(writer, id);
  return id;
}

describe("jobs", () => {
  test("a new job is of the contract's form", () => {
    const { reader, writer } = freshStore();
    const input = { path: "/in/a.wav", nested: [1, null] };
    const created = createJob(writer, { kind: "transcription", input, cursor: { nextWindow: 4 }, total: 30_000 });
    expect(jobSchema.parse(created)).toEqual(created);
    expect(created).toMatchObject({
      kind: "transcription",
      status: "queued",
      input,
      cursor: { nextWindow: 4 },
      attempts: 0,
      progress: { done: 0, total: 30_000 },
      error: null,
    });
    expect(getJob(reader, created.id)).toEqual(created);
    expect(createJob(writer, { kind: "k", input: undefined })).toMatchObject({ input: null, cursor: null });
    expect(() => getJob(reader, "x")).toThrow(expect.objectContaining({ code: "not-found" }));
  });

  test("the oldest queued job is claimed once, of the kind that was asked for", () => {
    const { writer } = freshStore();
    const [a, b, c] = ["x", "y", "x"].map((kind) => createJob(writer, { kind, input: null }).id);
    expect(claimNextJob(writer, "y")).toMatchObject({ id: b, status: "running", attempts: 1 });
    expect(claimNextJob(writer)?.id).toBe(a);
    expect(claimNextJob(writer)?.id).toBe(c);
    expect(claimNextJob(writer)).toBeUndefined();
  });

  test("progress is kept; without a cursor the old one stays", () => {
    const { reader, writer } = freshStore();
    const id = jobIn(writer, "running");
    updateJob(writer, id, { progress: { done: 1, total: 3 }, cursor: { at: 1 } });
    updateJob(writer, id, { progress: { done: 2.5, total: 3 } });
    expect(getJob(reader, id)).toMatchObject({ progress: { done: 2.5, total: 3 }, cursor: { at: 1 } });
  });

  test("only these moves are legal; every other one is refused in words and changes nothing", () => {
    const moves = {
      complete: completeJob,
      fail: (writer: Writer, id: string) => failJob(writer, id, failure),
      cancel: cancelJob,
      pause: pauseJob,
      resume: resumeJob,
      retry: retryJob,
      update: (writer: Writer, id: string) => updateJob(writer, id, { progress: { done: 1, total: 1 } }),
    };
    const legal: Record<JobStatus, readonly string[]> = {
      queued: ["cancel", "pause"],
      running: ["complete", "fail", "cancel", "pause", "update"],
      paused: ["cancel", "resume"],
      failed: ["retry"],
      done: [],
      cancelled: ["retry"],
    };
    const { reader, writer } = freshStore();
    for (const status of jobStatus.options) {
      for (const [name, move] of Object.entries(moves)) {
        const id = jobIn(writer, status);
        const before = getJob(reader, id);
        expect(before.status).toBe(status);
        if (legal[status].includes(name)) {
          move(writer, id);
          expect(getJob(reader, id)).not.toEqual(before);
        } else {
          expect(() => move(writer, id), `${name} of a ${status} job`).toThrow(
            expect.objectContaining({ code: "input.invalid", message: expect.stringContaining(`It is ${status}.`) }),
          );
          expect(getJob(reader, id)).toEqual(before);
        }
        if (getJob(reader, id).status === "queued") cancelJob(writer, id);
      }
    }
  });

  test("a failed job keeps its error; a paused one goes back to its old place and counts its attempts", () => {
    const { reader, writer } = freshStore();
    expect(getJob(reader, jobIn(writer, "failed")).error).toEqual(failure);
    const id = jobIn(writer, "paused");
    createJob(writer, { kind: "later", input: null });
    resumeJob(writer, id);
    expect(claimNextJob(writer)).toMatchObject({ id, attempts: 2 });
  });

  test("what a dead process left running is queued again with its cursor; nothing else moves", () => {
    const { reader, writer } = freshStore();
    const ids = Object.fromEntries(jobStatus.options.map((status) => [status, jobIn(writer, status)]));
    updateJob(writer, ids["running"]!, { progress: { done: 1, total: 2 }, cursor: { nextWindow: 7 } });
    const recovered = recoverInterruptedJobs(writer);
    expect(recovered).toMatchObject([{ id: ids["running"], status: "queued", cursor: { nextWindow: 7 } }]);
    expect(recoverInterruptedJobs(writer)).toEqual([]);
    const statuses = listJobs(reader).map((job) => [job.kind, job.status]);
    expect(statuses).toEqual(jobStatus.options.map((status) => [status, status === "running" ? "queued" : status]));
  });

  test("the list is by kind and by statuses", () => {
    const { reader, writer } = freshStore();
    for (const status of jobStatus.options) jobIn(writer, status);
    const statuses = (filter: Parameters<typeof listJobs>[1]) => listJobs(reader, filter).map(({ status }) => status);
    expect(statuses({ statuses: ["paused", "queued"] })).toEqual(["queued", "paused"]);
    expect(statuses({ kind: "done" })).toEqual(["done"]);
    expect(statuses({ kind: "done", statuses: ["failed"] })).toEqual([]);
    expect(statuses({ statuses: [] })).toEqual([]);
  });

  test("waiting jobs change places as often as wanted; the others keep theirs", () => {
    const { reader, writer } = freshStore();
    const ids = ["a", "b", "c", "d"].map((kind) => createJob(writer, { kind, input: null }).id);
    const [a, b, c, d] = ids as [string, string, string, string];
    const order = () =>
      listJobs(reader)
        .map(({ kind }) => kind)
        .join("");
    placeJob(writer, d, b);
    expect(order()).toBe("adbc");
    // Far more often than a number between two others can be halved.
    for (let turn = 0; turn < 501; turn++) placeJob(writer, turn % 2 ? c : b, turn % 2 ? b : c);
    expect(order()).toBe("adbc");
    placeJob(writer, a, null);
    expect(order()).toBe("dbca");
    placeJob(writer, b, b);
    expect(order()).toBe("dbca");
    claimNextJob(writer);
    for (const [moved, before] of [
      [d, null],
      [b, d],
    ] as const) {
      expect(() => placeJob(writer, moved, before)).toThrow(expect.objectContaining({ code: "input.invalid" }));
    }
    expect(() => placeJob(writer, b, "x")).toThrow(expect.objectContaining({ code: "not-found" }));
    expect(order()).toBe("dbca");
    expect(createJob(writer, { kind: "e", input: null }).kind + order()).toBe("edbcae");
  });

  test("what is tried again comes last, without its error and with its cursor", () => {
    const { reader, writer } = freshStore();
    const { id } = createJob(writer, { kind: "first", input: null });
    claimNextJob(writer);
    updateJob(writer, id, { progress: { done: 1, total: 2 }, cursor: { nextWindow: 1 } });
    failJob(writer, id, failure);
    createJob(writer, { kind: "second", input: null });
    const again = { status: "queued", error: null, cursor: { nextWindow: 1 }, progress: { done: 1, total: 2 } };
    expect(retryJob(writer, id)).toMatchObject(again);
    expect(listJobs(reader).map(({ kind }) => kind)).toEqual(["second", "first"]);
  });

  test("only an ended job can be forgotten", () => {
    const { reader, writer } = freshStore();
    for (const status of jobStatus.options) {
      const id = jobIn(writer, status);
      if (["failed", "done", "cancelled"].includes(status)) {
        forgetJob(writer, id);
        expect(() => getJob(reader, id)).toThrow(expect.objectContaining({ code: "not-found" }));
      } else {
        expect(() => forgetJob(writer, id)).toThrow(expect.objectContaining({ code: "input.invalid" }));
        expect(getJob(reader, id).status).toBe(status);
      }
    }
  });
});
