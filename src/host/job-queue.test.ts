import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { IndoorsError } from "../shared/errors.ts";
import type { JobView } from "../shared/host-contract.ts";
import { updateJob } from "../store/jobs.ts";
import { openStore, type Store } from "../store/open-store.ts";
import { type JobHandler, JobQueue } from "./job-queue.ts";

let folder: string;
let store: Store;
let queue: JobQueue;
const seen: string[] = [];
const cleaned: string[] = [];
/** Counts to ten, 5 ms each, from its cursor on. */
const counting: JobHandler = {
  kind: "count",
  title: (job) => `Count for ${String(job.input)}`,
  knownSpeed: () => null,
  async run(job, signal, onProgress) {
    if (job.input === "bad") throw new IndoorsError("audio.undecodable", "bad.wav cannot be decoded.");
    if (job.input === "bug") throw new TypeError("undefined is not a function");
    for (let n = ((job.cursor as { n: number } | null)?.n ?? 0) + 1; n <= 10; n++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      signal.throwIfAborted();
      updateJob(store.writer, job.id, { progress: { done: n, total: 10 }, cursor: { n } });
      seen.push(`${String(job.input)}${n}`);
      onProgress();
    }
  },
  clean: async (job) => void cleaned.push(String(job.input)),
  worksOn: (job) => (removed.has(String(job.input)) ? null : { recordingId: "r", transcriptId: `t-${job.input}` }),
};
const removed = new Set<string>();
let reordered = 0;
const views: JobView[] = [];
const open = (resume: "all" | "asked") => {
  store = openStore(join(folder, "db.sqlite"));
  queue = new JobQueue({
    store,
    handlers: [counting],
    onChange: (view) => views.push(view),
    onReorder: () => reordered++,
    onLog: () => {},
  });
  queue.start(resume);
};
const close = async () => {
  await queue.dispose();
  store.close();
};
const status = (id: string) => queue.view(id).job.status;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "indoors-queue-"));
  for (const list of [seen, cleaned, views]) list.length = 0;
  removed.clear();
  reordered = 0;
  open("all");
});
afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

test("jobs are done one after the other, in order; a bad one and a bug end nothing but themselves", async () => {
  const [a, bad, bug, b] = ["a", "bad", "bug", "b"].map((input) => queue.enqueue("count", input).id) as [
    string,
    string,
    string,
    string,
  ];
  await expect.poll(() => status(b)).toBe("done");
  expect(status(a)).toBe("done");
  expect(queue.view(bad).job.error).toEqual({ code: "audio.undecodable", message: "bad.wav cannot be decoded." });
  expect(queue.view(bug).job.error?.code).toBe("internal");
  expect(seen.indexOf("a10")).toBeLessThan(seen.indexOf("b1"));
  expect(cleaned).toEqual(["a", "bad", "bug", "b"]);
});

test("pause keeps what is done, resume goes on from there, every number once", async () => {
  const { id } = queue.enqueue("count", "a");
  await expect.poll(() => seen.length).toBeGreaterThan(3);
  await queue.pause(id);
  expect(status(id)).toBe("paused");
  const before = seen.length;
  expect(cleaned).toEqual([]);
  queue.resume(id);
  await expect.poll(() => status(id)).toBe("done");
  expect(before).toBeLessThan(10);
  expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => `a${i + 1}`));
  expect(queue.view(id).job.attempts).toBe(2);
});

test("cancel ends a running and a waiting job and cleans up after both", async () => {
  const first = queue.enqueue("count", "a").id;
  const second = queue.enqueue("count", "b").id;
  await expect.poll(() => seen.length).toBeGreaterThan(1);
  await queue.cancel(second);
  await queue.cancel(first);
  expect([status(first), status(second)]).toEqual(["cancelled", "cancelled"]);
  expect(cleaned.toSorted()).toEqual(["a", "b"]);
});

test("shutting down leaves a job to go on at the next start, or to wait until it is asked for", async () => {
  const { id } = queue.enqueue("count", "a");
  await expect.poll(() => seen.length).toBeGreaterThan(2);
  await close();
  open("asked");
  expect(status(id)).toBe("paused");
  expect(seen.length).toBeLessThan(10);
  await close();
  open("asked");
  queue.resume(id);
  await expect.poll(() => status(id)).toBe("done");
  expect(seen).toEqual(Array.from({ length: 10 }, (_, i) => `a${i + 1}`));
});

test("time left comes from the speed seen", async () => {
  const { id } = queue.enqueue("count", "a");
  await expect.poll(() => status(id)).toBe("done");
  const lefts = views
    .filter(({ job }) => job.progress.done > 1 && job.status === "running")
    .map((view) => view.timeLeftMs);
  expect(lefts.length).toBeGreaterThan(3);
  expect(lefts.every((left) => left !== null && left >= 0 && left < 5000)).toBe(true);
  expect(queue.view(id).timeLeftMs).toBeNull();
});

test("a job that waits can be paused and resumed; whoever watches hears of both", async () => {
  const first = queue.enqueue("count", "a").id;
  const second = queue.enqueue("count", "b").id;
  expect(views.map(({ job }) => [job.id, job.status])).toEqual([
    [first, "queued"],
    [second, "queued"],
  ]);
  expect(await queue.pause(second)).toMatchObject({ job: { status: "paused" }, recordingId: "r", transcriptId: "t-b" });
  expect(views.some(({ job }) => job.id === second && job.status === "paused")).toBe(true);
  await expect.poll(() => status(first)).toBe("done");
  expect(seen).not.toContain("b1");
  queue.resume(second);
  await expect.poll(() => status(second)).toBe("done");
});

test("waiting jobs are done in the order they were put in", async () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((input) => queue.enqueue("count", input).id) as [
    string,
    string,
    string,
    string,
  ];
  await expect.poll(() => status(a)).toBe("running");
  queue.move(d, b);
  queue.move(b, null);
  expect(reordered).toBe(2);
  expect(queue.list().map(({ job }) => job.id)).toEqual([a, d, c, b]);
  expect(() => queue.move(a, null)).toThrow(expect.objectContaining({ code: "input.invalid" }));
  expect(() => queue.move(c, a)).toThrow(expect.objectContaining({ code: "input.invalid" }));
  expect(() => queue.move(c, "nobody")).toThrow(expect.objectContaining({ code: "not-found" }));
  await expect(queue.forget(b)).rejects.toMatchObject({ code: "input.invalid" });
  await expect.poll(() => status(b)).toBe("done");
  expect(seen.filter((word) => word.endsWith("10"))).toEqual(["a10", "d10", "c10", "b10"]);
});

test("a cancelled job that is tried again goes on after what is committed, as the last", async () => {
  const { id } = queue.enqueue("count", "a");
  await expect.poll(() => seen.length).toBeGreaterThan(2);
  await queue.cancel(id);
  const other = queue.enqueue("count", "b").id;
  queue.retry(id);
  await expect.poll(() => status(id)).toBe("done");
  expect(status(other)).toBe("done");
  expect(seen.filter((word) => word.startsWith("a"))).toEqual(Array.from({ length: 10 }, (_, i) => `a${i + 1}`));
  expect(seen.indexOf("b10")).toBeLessThan(seen.indexOf("a10"));
});

test("a failed job loses its error when it is tried again; what nothing is left of cannot be", async () => {
  const { id } = queue.enqueue("count", "bad");
  await expect.poll(() => status(id)).toBe("failed");
  expect(queue.retry(id).job).toMatchObject({ status: "queued", error: null });
  await expect.poll(() => status(id)).toBe("failed");
  expect(queue.view(id).job.attempts).toBe(2);
  removed.add("bad");
  expect(() => queue.retry(id)).toThrow(expect.objectContaining({ code: "input.invalid" }));
  expect(queue.view(id)).toMatchObject({ recordingId: null, transcriptId: null });
  await queue.forget(id);
  expect(queue.list()).toEqual([]);
  const done = queue.enqueue("count", "c").id;
  await expect.poll(() => status(done)).toBe("done");
  expect(() => queue.retry(done)).toThrow(expect.objectContaining({ code: "input.invalid" }));
});
