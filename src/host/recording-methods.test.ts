import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { openStore, type Store } from "../store/open-store.ts";
import { addRecording, listRecordings } from "../store/recordings.ts";
import { JobQueue } from "./job-queue.ts";
import { recordingMethods } from "./recording-methods.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";

let folder: string;
let recordingsFolder: string;
let store: Store;
let audit: MemoryAudit;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "indoors-recordings-"));
  recordingsFolder = join(folder, "recordings");
  mkdirSync(recordingsFolder);
  store = openStore(join(folder, "indoors.sqlite"));
  audit = new MemoryAudit();
  const [made, open] = [folder, store];
  onTestFinished(() => {
    open.close();
    rmSync(made, { recursive: true, force: true });
  });
});

const remove = async (id: string) => {
  const queue = new JobQueue({ store, handlers: [], onChange: () => {}, onReorder: () => {}, onLog: () => {} });
  const methods = recordingMethods({ store, audit, queue, recordingsFolder, onRecordings: () => {} });
  return await methods["recordings.remove"]({ id }, new AbortController().signal);
};
const add = (path: string, source: "file" | "microphone") => {
  writeFileSync(path, "sound");
  return addRecording(store.writer, { path, name: "a", sha256: "aa", bytes: 5, source }).id;
};

test.each([
  ["recorded here", "recordings/a.wav", "microphone", true],
  ["somebody else's, though it lies here", "recordings/a.wav", "file", false],
  ["said to be recorded here, but it lies elsewhere", "a.wav", "microphone", false],
  ["said to be recorded here, but it lies deeper", "recordings/deeper/a.wav", "microphone", false],
  ["said to be recorded here, but the way there leads out", "recordings/../a.wav", "microphone", false],
  ["said to be recorded here, but a link leads out", "recordings/link/a.wav", "microphone", false],
] as const)("a file that is %s", async (_, where, source, goes) => {
  mkdirSync(join(recordingsFolder, "deeper"));
  symlinkSync(folder, join(recordingsFolder, "link"));
  // Not `join`: it would take the .. away.
  const path = `${folder}/${where}`;
  const id = add(path, source);
  expect(await remove(id)).toEqual({ deletedFile: goes });
  expect(existsSync(path)).toBe(!goes);
  expect(listRecordings(store.reader)).toEqual([]);
  expect(audit.rows).toMatchObject([
    { phase: "intent", action: "recording.remove", facts: { source, bytes: 5 }, content: { path, sha256: "aa" } },
    { phase: "outcome", result: "ok", facts: { deletedFile: goes } },
  ]);
});

test("a file that is gone already is no reason to keep its row", async () => {
  const id = add(join(recordingsFolder, "a.wav"), "microphone");
  rmSync(join(recordingsFolder, "a.wav"));
  expect(await remove(id)).toEqual({ deletedFile: false });
  expect(listRecordings(store.reader)).toEqual([]);
});

test("without its row in the audit log nothing is removed", async () => {
  const path = join(recordingsFolder, "a.wav");
  const id = add(path, "microphone");
  audit.failAt = 0;
  await expect(remove(id)).rejects.toMatchObject({ code: "audit.unwritable" });
  expect([existsSync(path), listRecordings(store.reader).length]).toEqual([true, 1]);
});
