import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { CaptureText } from "../shared/capture.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { Span } from "../shared/speech.ts";
import { openStore } from "../store/open-store.ts";
import { findAppFiles } from "./app-files.ts";
import { beginSound } from "./capture-files.ts";
import { openLiveEngines } from "./live-engines.ts";
import { type LiveEngines, LiveText } from "./live-text.ts";
import { ModelLibrary } from "./model-library.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";

const second = 16_000;
const soon = { timeout: 20_000 };
let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "indoors-live-"));
  path = join(folder, "audio.wav");
  await beginSound(path);
  const made = folder;
  onTestFinished(() => rm(made, { recursive: true, force: true }));
});

interface Rig {
  readonly live: LiveText;
  readonly texts: CaptureText[];
  readonly failures: unknown[];
  /** Windows that were transcribed, in seconds of sound. */
  readonly heard: [number, number][];
  disposed: boolean;
}

/** Engines that find speech in these seconds and write each down as the seconds that were heard. */
function listenTo(speech: readonly [number, number][], over: Partial<LiveEngines> = {}): Rig {
  const heard: [number, number][] = [];
  const rig = { texts: [] as CaptureText[], failures: [] as unknown[], heard, disposed: false };
  const inFile = (at: number) => at * second + 22;
  const engines: LiveEngines = {
    language: "en",
    async findSpeech(part) {
      return speech
        .map(([start, end]) => ({ start: Math.max(inFile(start), part.start), end: Math.min(inFile(end), part.end) }))
        .filter(({ start, end }) => end > start);
    },
    energy: async (span, frame) => Array.from({ length: Math.ceil((span.end - span.start) / frame) }, () => 0.1),
    async transcribe({ start, end }) {
      const [from, to] = [(start - 22) / second, (end - 22) / second];
      heard.push([from, to]);
      const segment = { startMs: (start * 1000) / second, endMs: (end * 1000) / second, text: `${from}-${to}` };
      return { segments: [segment], language: "en" };
    },
    async dispose() {
      rig.disposed = true;
    },
    ...over,
  };
  const live = new LiveText({
    id: "c",
    path,
    openEngines: async () => engines,
    onText: (text) => rig.texts.push(text),
    onFailure: (thrown) => rig.failures.push(thrown),
  });
  onTestFinished(async () => {
    live.stop();
    await live.ended;
  });
  return Object.assign(rig, { live });
}

const record = (count: number) => appendFile(path, Buffer.alloc(count * second * 2));

test("what was said before a pause is settled once; what is being said is tentative", async () => {
  const rig = listenTo([
    [1, 3],
    [5, 9],
  ]);
  await record(3.25);
  await expect
    .poll(() => rig.texts.at(-1), soon)
    .toEqual({ id: "c", settled: [], tentative: "0.75-3.25", behindMs: 0 });
  await record(1.25);
  const first = { startMs: 750, endMs: 3250, text: "0.75-3.25" };
  // Silence was looked at, and has no text to wait for.
  await expect.poll(() => rig.texts.at(-1), soon).toMatchObject({ settled: [first], tentative: "" });
  await record(3);
  await expect.poll(() => rig.texts.at(-1)?.tentative, soon).toBe("4.75-7.5");
  expect(rig.texts.at(-1)?.settled).toEqual([first]);
  await record(4);
  const both = [first, { startMs: 4750, endMs: 9250, text: "4.75-9.25" }];
  await expect.poll(() => rig.texts.at(-1), soon).toMatchObject({ settled: both, tentative: "" });
  await record(10);
  await expect.poll(() => rig.texts.at(-1), soon).toMatchObject({ settled: both, tentative: "", behindMs: 0 });
});

test("speech without a pause is settled in windows of at most 28 s that leave nothing out", async () => {
  const rig = listenTo([[0, 100]]);
  for (let n = 0; n < 10; n++) {
    await record(10);
    await sleep(250);
  }
  await expect.poll(() => rig.texts.at(-1)?.settled.length, soon).toBeGreaterThanOrEqual(3);
  const settled = rig.texts.at(-1)?.settled.map(({ text }) => text.split("-").map(Number)) ?? [];
  let last = 0;
  for (const [start, end] of settled) {
    expect(start).toBe(last);
    expect((end ?? 0) - (start ?? 0)).toBeLessThanOrEqual(28);
    last = end ?? 0;
  }
});

test("a slow engine is asked for one thing at a time, leaves the tentative out, and says how far it is behind", async () => {
  let atOnce = 0;
  let most = 0;
  const transcribe = async ({ start, end }: Span) => {
    most = Math.max(most, ++atOnce);
    await sleep(400);
    atOnce--;
    return { segments: [{ startMs: start / 16, endMs: end / 16, text: "words" }], language: "en" };
  };
  const rig = listenTo(
    Array.from({ length: 12 }, (_, n) => [n * 5 + 1, n * 5 + 3] as [number, number]),
    { transcribe },
  );
  // A minute at once: twelve sentences, at 0.4 s each.
  await record(60);
  await expect.poll(() => rig.texts.at(-1)?.settled.length, soon).toBe(12);
  expect(most).toBe(1);
  expect(rig.texts.every(({ tentative }) => tentative === "")).toBe(true);
  const behind = rig.texts.map(({ behindMs }) => behindMs);
  expect(behind[0]).toBeGreaterThan(50_000);
  expect(behind.toSorted((one, other) => other - one)).toEqual(behind);
});

test("silence is text of nothing: hours of it are not looked at again", async () => {
  const looks: Span[] = [];
  const rig = listenTo([], {
    async findSpeech(part) {
      looks.push(part);
      return [];
    },
  });
  await record(600);
  await expect.poll(() => rig.texts.at(-1)?.behindMs, soon).toBe(0);
  expect(looks.every(({ start, end }) => end - start <= 60 * second)).toBe(true);
  expect(looks.length).toBeLessThan(14);
  expect(rig.heard).toEqual([]);
});

test("an engine that fails is told of once and disposed; nothing comes after a stop", async () => {
  const failing = listenTo([[0, 9]], { transcribe: () => Promise.reject(new IndoorsError("engine.crashed")) });
  await record(2);
  await failing.live.ended;
  expect(failing.failures).toMatchObject([{ code: "engine.crashed" }]);
  expect(failing.disposed).toBe(true);
  const started = Promise.withResolvers<void>();
  const stopped = listenTo([[0, 9]], {
    async transcribe() {
      started.resolve();
      await sleep(300);
      return { segments: [{ startMs: 0, endMs: 900, text: "too late" }], language: "en" };
    },
  });
  await started.promise;
  stopped.live.stop();
  await stopped.live.ended;
  expect([stopped.texts, stopped.failures, stopped.disposed]).toEqual([[], [], true]);
});

test("whoever stops does not wait for a model that is still being loaded; it is thrown away", async () => {
  const loading = Promise.withResolvers<LiveEngines>();
  let disposed = false;
  const live = new LiveText({
    ...{ id: "c", path, onText: () => {}, onFailure: () => {} },
    openEngines: () => loading.promise,
  });
  live.stop();
  await live.ended;
  loading.resolve({
    language: "en",
    findSpeech: async () => [],
    energy: async () => [],
    transcribe: async () => ({ segments: [], language: "en" }),
    async dispose() {
      disposed = true;
    },
  });
  await expect.poll(() => disposed).toBe(true);
});

const files = findAppFiles();
test("real speech, as it comes: the words of the sample are there before it ends", { timeout: 120_000 }, async () => {
  const store = openStore(join(folder, "indoors.sqlite"));
  onTestFinished(() => store.close());
  const library = new ModelLibrary(files, store);
  const audit = new MemoryAudit();
  const facts = { engineVersion: "", device: "cpu", threads: 2, notice: null, speeds: [], multilingual: true };
  const parts = {
    ...{ store, library, audit, workFolder: folder, nodePath: process.execPath, enginesFolder: files.enginesFolder },
    ...{ onLog: () => {}, onNotice: () => {}, onRecordings: () => {}, speechFacts: async () => facts },
  };
  const texts: CaptureText[] = [];
  const failures: unknown[] = [];
  const asked = { path, model: "tiny", language: "en" };
  const live = new LiveText({
    ...{ id: "c", path, onText: (text) => texts.push(text), onFailure: (thrown) => failures.push(thrown) },
    openEngines: (signal) => openLiveEngines(parts, asked, signal),
  });
  onTestFinished(() => live.stop());
  const sample = (await readFile(join(files.modelsFolder, "apollo-13.wav"))).subarray(44);
  // Half a second of sound at a time, three times as fast as it was said.
  for (let at = 0; at < sample.length; at += second) {
    await appendFile(path, sample.subarray(at, at + second));
    await sleep(500 / 3);
  }
  await record(2);
  const wordsOf = ({ settled = [], tentative = "" }: Partial<CaptureText> = {}) =>
    [...settled.map(({ text }) => text), tentative].join(" ").toLowerCase();
  // An early text may have been behind nothing, too.
  const whole = (text?: CaptureText) => text?.behindMs === 0 && (text.settled.at(-1)?.endMs ?? 0) > 24_000;
  await expect.poll(() => whole(texts.at(-1)), { timeout: 60_000 }).toBe(true);
  live.stop();
  await live.ended;
  const { settled = [] } = texts.at(-1) ?? {};
  const words = wordsOf(texts.at(-1));
  // The smallest model on a noisy radio: where its windows fall decides which words it gets.
  const heard = ["houston", "problem", "looking at", "stand by", "voltage"].filter((said) => words.includes(said));
  expect(heard.length, words).toBeGreaterThanOrEqual(2);
  for (const [index, { startMs, endMs }] of settled.entries()) {
    expect(startMs).toBeGreaterThanOrEqual(settled[index - 1]?.endMs ?? 0);
    expect(endMs).toBeLessThanOrEqual(32_500);
  }
  // What is settled stays: every text begins with the one before it.
  for (const [index, text] of texts.entries()) {
    const before = texts[index - 1]?.settled ?? [];
    expect(text.settled.slice(0, before.length)).toEqual(before);
  }
  expect([failures, audit.story]).toEqual([[], ["intent model.load", "outcome model.load ok"]]);
  console.log(
    `live text: ${texts.length} texts, ${settled.length} settled segments, most behind ${Math.max(...texts.map(({ behindMs }) => behindMs))} ms`,
  );
});
