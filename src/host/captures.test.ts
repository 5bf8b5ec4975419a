import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { decode } from "../engines/audio/decode.ts";
import { IndoorsError } from "../shared/errors.ts";
import { listRecordings } from "../store/recordings.ts";
import { captureName, readCapture, recordingFileName, writeCapture } from "./capture-files.ts";
import type { CapturesOptions } from "./captures.ts";
import { append, type CaptureRig, countedSamples, openCaptures } from "./testing/capture-rig.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "indoors-captures-"));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
});

async function open(over: Partial<CapturesOptions> = {}): Promise<CaptureRig> {
  const rig = await openCaptures(folder, over);
  onTestFinished(() => rig.store.close());
  return rig;
}
/** As if the process had died: nothing is said to it, another begins. */
async function afterCrash(rig: CaptureRig): Promise<CaptureRig> {
  rig.store.close();
  return await open();
}
const visit = { name: "Visit", live: false, model: "tiny", language: "de" };
const second = 16_000;
const plain = async (path: string) => {
  const pcmPath = join(folder, "read.pcm");
  await decode({ path, pcmPath, ffmpegPath: null }, new AbortController().signal, () => {});
  return readFileSync(pcmPath);
};

test("what is appended becomes a recording that any player reads, with its row, its name and its transcription", async () => {
  const { captures, store, audit, story, capturesFolder, recordingsFolder } = await open();
  const { id, state } = await captures.start({ ...visit, name: " Visit / *1?* " });
  expect(state).toBe("recording");
  expect(captures.file(id)).toEqual({ path: join(capturesFolder, id, "audio.wav"), headerBytes: 44 });
  for (let at = 0; at < 3; at++) await append(captures, id, countedSamples(second, at * second));
  expect(await captures.list()).toMatchObject([{ id, name: "Visit / *1?*", durationMs: 3000, state: "recording" }]);
  // Half a sample, as a kill in the middle of a write leaves it.
  await append(captures, id, Buffer.from([1]));
  const { recordingId, ...queued } = await captures.finish(id, { model: "base.en", language: "en" });
  expect(queued).toEqual({ jobId: "job", transcriptId: "transcript" });
  const [recording] = listRecordings(store.reader);
  expect(recording).toMatchObject({
    id: recordingId,
    name: "Visit / *1?*",
    source: "microphone",
    durationMs: 3000,
    format: "wav",
    bytes: 44 + 3 * second * 2,
  });
  expect(recording?.path).toMatch(/recordings\/\d{4}-\d\d-\d\d \d\d-\d\d-\d\d Visit 1\.wav$/);
  const file = readFileSync(recording?.path ?? "");
  expect([file.readUInt32LE(4), file.readUInt32LE(40)]).toEqual([file.length - 8, file.length - 44]);
  expect(await plain(recording?.path ?? "")).toEqual(countedSamples(3 * second));
  expect(statSync(recording?.path ?? "").mode & 0o777).toBe(0o600);
  expect(audit.rows).toMatchObject([{ action: "recording.add", facts: { source: "microphone", bytes: file.length } }]);
  expect(story).toEqual(["transcribe Visit / *1?*: base.en en"]);
  expect([readdirSync(capturesFolder), await captures.list(), readdirSync(recordingsFolder).length]).toEqual([
    [],
    [],
    1,
  ]);
  for (const gone of [captures.finish(id, null), captures.discard(id)]) {
    await expect(gone).rejects.toMatchObject({ code: "not-found" });
  }
  expect(() => captures.file(id)).toThrow(expect.objectContaining({ code: "not-found" }));
});

test("while it is written, and after a kill, the file can be read as far as it goes", async () => {
  const { captures } = await open();
  const { id } = await captures.start(visit);
  await append(captures, id, countedSamples(1000));
  expect(await plain(captures.file(id).path)).toEqual(countedSamples(1000));
});

test("two of the same second and name are two files; an unnamed one is called by its time", async () => {
  const { captures, store, recordingsFolder } = await open();
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) {
    const { id, name } = await captures.start({ ...visit, name: null });
    expect(name).toMatch(/^Recording \d{4}-\d\d-\d\d \d\d:\d\d$/);
    // The same moment for all, so that their names meet.
    const capture = await readCapture(join(folder, "captures", id));
    if (capture !== null) {
      await writeCapture(join(folder, "captures", id), { ...capture, startedAt: "2026-03-04T05:06:07.000Z" });
    }
    await append(captures, id, countedSamples(10 + n));
    ids.push(id);
  }
  await Promise.all(ids.map((id) => captures.finish(id, null)));
  expect(readdirSync(recordingsFolder)).toHaveLength(3);
  const sizes = listRecordings(store.reader).map(({ bytes }) => bytes);
  expect(sizes.toSorted()).toEqual([44 + 20, 44 + 22, 44 + 24]);
});

test("one without sound is refused and can go on; one that is discarded is gone with its sound", async () => {
  const { captures, store, capturesFolder } = await open();
  const { id } = await captures.start(visit);
  await expect(captures.finish(id, null)).rejects.toMatchObject({ code: "input.invalid" });
  await append(captures, id, countedSamples(second));
  expect(await captures.list()).toMatchObject([{ id, state: "recording" }]);
  await captures.discard(id);
  expect([readdirSync(capturesFolder), listRecordings(store.reader)]).toEqual([[], []]);
  // An id is the name of a capture, never a way to another place.
  writeFileSync(join(folder, "capture.json"), JSON.stringify({ ...visit, startedAt: "", kept: null }));
  for (const other of ["..", ".", "", "../captures", "nobody"]) {
    await expect(captures.discard(other), other).rejects.toMatchObject({ code: "not-found" });
  }
  expect(readdirSync(folder)).toContain("indoors.sqlite");
});

test("live text is listened for only when it is asked for, and not after the end", async () => {
  const { captures, story } = await open();
  const silent = await captures.start(visit);
  expect(story).toEqual([]);
  const live = await captures.start({ ...visit, live: true });
  expect(story).toEqual(["listen tiny de"]);
  await append(captures, live.id, countedSamples(second));
  await captures.finish(live.id, null);
  expect(story).toEqual(["listen tiny de", "stop listening"]);
  await captures.discard(silent.id);
  await captures.start({ ...visit, live: true });
  captures.dispose();
  expect(story.slice(2)).toEqual(["listen tiny de", "stop listening"]);
});

test("a transcription that cannot be queued takes no recording along", async () => {
  const transcribe = () => Promise.reject(new IndoorsError("model.missing", "No speech model is here."));
  const { captures, store, story } = await open({ transcribe });
  const { id } = await captures.start(visit);
  await append(captures, id, countedSamples(second));
  expect(await captures.finish(id, { model: null, language: "auto" })).toMatchObject({
    jobId: null,
    transcriptId: null,
  });
  expect(listRecordings(store.reader)).toHaveLength(1);
  expect(story).toEqual([expect.stringContaining("No speech model is here.")]);
});

test("a host that ends while it queues a transcription leaves that to the next one", async () => {
  const asked = Promise.withResolvers<void>();
  const measuring = Promise.withResolvers<never>();
  const transcribe = () => {
    asked.resolve();
    return measuring.promise;
  };
  const rig = await open({ transcribe });
  const { id } = await rig.captures.start(visit);
  await append(rig.captures, id, countedSamples(second));
  const finishing = rig.captures.finish(id, { model: "base.en", language: "en" });
  await asked.promise;
  // Meanwhile another can be begun and finished.
  const other = await rig.captures.start(visit);
  await append(rig.captures, other.id, countedSamples(second + 1));
  await rig.captures.finish(other.id, null);
  rig.captures.dispose();
  measuring.reject(new IndoorsError("cancelled"));
  await expect(finishing).rejects.toMatchObject({ code: "cancelled" });
  const { captures, store, story } = await afterCrash(rig);
  expect(await captures.recover([])).toMatchObject([{ id, durationMs: 1000 }]);
  expect(story[0]).toBe("transcribe Visit: base.en en");
  expect(listRecordings(store.reader).map(({ name }) => name)).toEqual(["Visit", "Visit"]);
});

test("what a dead process left becomes a recording; less than half a second does not; what is being written goes on", async () => {
  const rig = await open();
  const [long, short, written] = [
    await rig.captures.start(visit),
    await rig.captures.start(visit),
    await rig.captures.start({ ...visit, name: "Goes on", live: true }),
  ];
  await append(rig.captures, long.id, countedSamples(second));
  await append(rig.captures, short.id, countedSamples(second / 2 - 1));
  await append(rig.captures, written.id, countedSamples(100));
  // Killed while it was begun.
  mkdirSync(join(rig.capturesFolder, "begun"));
  const { captures, store, story, capturesFolder } = await afterCrash(rig);
  expect((await captures.list()).map(({ state }) => state)).toEqual(["interrupted", "interrupted", "interrupted"]);
  const recovered = await captures.recover([written.id]);
  expect(recovered).toEqual([{ id: long.id, recordingId: expect.any(String), durationMs: 1000 }]);
  expect(listRecordings(store.reader)).toMatchObject([{ name: "Visit (recovered)", durationMs: 1000 }]);
  expect(story.toSorted()).toEqual([
    "listen tiny de",
    "notice: A recording of 1 s that was interrupted is in the library: Visit (recovered).",
    "transcribe Visit (recovered): tiny de",
  ]);
  expect(readdirSync(capturesFolder)).toEqual([written.id]);
  expect(await captures.recover([written.id])).toEqual([]);
  await append(captures, written.id, countedSamples(second));
  await captures.finish(written.id, null);
  expect(listRecordings(store.reader)[0]).toMatchObject({ name: "Goes on", bytes: 44 + 2 * (second + 100) });
});

test("one whose window died in a living host is recovered; one that has only just begun is left alone", async () => {
  const { captures, store } = await open();
  const [left, young] = [await captures.start(visit), await captures.start(visit)];
  await append(captures, left.id, countedSamples(second));
  expect(await captures.recover([])).toMatchObject([{ id: left.id }]);
  expect(await captures.list()).toMatchObject([{ id: young.id, state: "recording" }]);
  expect(listRecordings(store.reader)).toHaveLength(1);
});

test("sound whose description was damaged is kept", async () => {
  const rig = await open();
  const { id } = await rig.captures.start(visit);
  await append(rig.captures, id, countedSamples(second));
  writeFileSync(join(rig.capturesFolder, id, "capture.json"), "");
  const { captures, store } = await afterCrash(rig);
  expect(await captures.recover([])).toHaveLength(1);
  expect(listRecordings(store.reader)).toMatchObject([{ durationMs: 1000 }]);
});

test("without its row in the audit log nothing is added; the sound stays and is tried again", async () => {
  const rig = await open();
  rig.audit.failAt = 0;
  const { id } = await rig.captures.start(visit);
  await append(rig.captures, id, countedSamples(second));
  await expect(rig.captures.finish(id, null)).rejects.toMatchObject({ code: "audit.unwritable" });
  expect(listRecordings(rig.store.reader)).toEqual([]);
  expect(await rig.captures.recover([])).toEqual([]);
  expect(rig.story).toEqual([expect.stringContaining("tried again at the next start")]);
  const { captures, store, capturesFolder } = await afterCrash(rig);
  expect(await captures.recover([])).toHaveLength(1);
  // What was wanted at the finish is what is done: it was not interrupted while it was recorded.
  expect(listRecordings(store.reader)).toMatchObject([{ name: "Visit" }]);
  expect(readdirSync(capturesFolder)).toEqual([]);
});

test("a name that somebody took meanwhile is not written over", async () => {
  const rig = await open();
  const { id } = await rig.captures.start(visit);
  await append(rig.captures, id, countedSamples(second));
  const place = join(rig.capturesFolder, id);
  const capture = await readCapture(place);
  if (capture === null) throw new Error("no capture");
  const file = recordingFileName(capture);
  // Killed between the word where it goes and the going.
  await writeCapture(place, { ...capture, kept: { file, name: captureName(capture), transcribe: null } });
  const { captures, store, recordingsFolder } = await afterCrash(rig);
  const other = await captures.start(visit);
  await append(captures, other.id, countedSamples(1));
  await captures.finish(other.id, null);
  writeFileSync(join(recordingsFolder, file), "somebody else's");
  await captures.recover([]);
  expect(readFileSync(join(recordingsFolder, file), "utf8")).toBe("somebody else's");
  expect(listRecordings(store.reader).map(({ bytes }) => bytes)).toContain(44 + 2 * second);
});

test.each([
  ["Zoë, Müller (2)", "2026-03-04 05-06-07 Zoë, Müller (2).wav"],
  ["../../etc/passwd", "2026-03-04 05-06-07 etc passwd.wav"],
  ['a:b*c?d"e<f>g|h\\i\u0000j\u202ek', "2026-03-04 05-06-07 a b c d e f g h i j k.wav"],
  [" . ", "2026-03-04 05-06-07.wav"],
  [null, "2026-03-04 05-06-07.wav"],
  ["語".repeat(200), `2026-03-04 05-06-07 ${"語".repeat(40)}.wav`],
])("the file of %j is %j", (name, expected) => {
  const startedAt = new Date(2026, 2, 4, 5, 6, 7).toISOString();
  const capture = { name, startedAt, model: null, language: "auto", live: false, kept: null };
  expect(recordingFileName(capture)).toBe(expected);
});

test("kill -9 at 12 random moments of recording and finishing: every recording with all its sound is there, once", async () => {
  const entry = fileURLToPath(new URL("./testing/capture-finisher.ts", import.meta.url));
  const whole: string[] = [];
  for (let kill = 0; kill < 12; kill++) {
    const child = spawn(process.execPath, [entry, folder], { stdio: ["ignore", "pipe", "inherit"] });
    const killed = new Promise((resolve) => child.once("close", resolve));
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (out === "") setTimeout(() => child.kill("SIGKILL"), Math.random() * 60);
      out += text;
    });
    await killed;
    whole.push(...out.split("\n").slice(0, -1));
  }
  const { captures, store, capturesFolder, recordingsFolder } = await open();
  const interrupted = (await captures.list()).length;
  await captures.recover([]);
  const recordings = listRecordings(store.reader);
  // One more than was said per kill: killed between the last sample and saying so.
  expect(recordings.length).toBeGreaterThanOrEqual(whole.length);
  expect(recordings.length).toBeLessThanOrEqual(whole.length + 12);
  expect(new Set(recordings.map(({ path }) => path)).size).toBe(recordings.length);
  expect(readdirSync(recordingsFolder).length).toBe(recordings.length);
  expect(readdirSync(capturesFolder)).toEqual([]);
  for (const { path, bytes, durationMs } of recordings) {
    const file = readFileSync(path);
    expect([file.length, file.readUInt32LE(40)]).toEqual([bytes, bytes - 44]);
    expect(file.subarray(44).equals(countedSamples((bytes - 44) / 2))).toBe(true);
    expect(durationMs).toBeGreaterThanOrEqual(1000);
  }
  console.log(
    `12 kills: ${whole.length} recordings were whole, ${interrupted} of them or begun at a kill, ${recordings.length} are there`,
  );
});
