import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
  readdirSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { llmWorkerEntry } from "../engines/entries.ts";
import { IndoorsError } from "../shared/errors.ts";
import { llmContract } from "../shared/llm-contract.ts";
import type { InstalledModel } from "../shared/model.ts";
import { findAppFiles } from "./app-files.ts";
import { EngineProcess } from "./engine-process.ts";
import { importModels, type ImportPorts } from "./import-models.ts";
import { smokeTest } from "./smoke-test.ts";

const files = findAppFiles();
const fileOf = (name: string) =>
  join(files.modelsFolder, files.manifest.find((model) => model.name === name)?.file ?? "");
const inspector = new EngineProcess({
  name: "inspector",
  entry: llmWorkerEntry,
  contract: llmContract,
  nodePath: process.execPath,
  onLog: () => {},
  onCrash: () => {},
});
afterAll(() => inspector.dispose());

let folder: string;
let stick: string;
let target: string;
let recorded: InstalledModel[];
let ports: ImportPorts;
let smoked: string[];
const signal = new AbortController().signal;
/** Copies once: a stick with the three kinds of model. */
const originals = mkdtempSync(join(tmpdir(), "indoors-originals-"));
beforeAll(() => {
  for (const name of ["tiny", "tinyllama", "silero-vad-v6"])
    copyFileSync(fileOf(name), join(originals, basename(fileOf(name))));
});
afterAll(() => rmSync(originals, { recursive: true, force: true }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "indoors-import-"));
  [stick, target] = [join(folder, "stick"), join(folder, "models")];
  mkdirSync(stick);
  mkdirSync(target);
  recorded = [];
  smoked = [];
  const smoke = { nodePath: process.execPath, enginesFolder: files.enginesFolder, workFolder: folder, onLog: () => {} };
  ports = {
    modelsFolder: target,
    manifest: files.manifest,
    installed: () => recorded,
    inspectGguf: (modelPath) => inspector.call("inspect", { modelPath, contextTokens: 4096 }),
    smokeTest: (model, smokeSignal) => {
      smoked.push(model.name);
      return smokeTest(model, smoke, smokeSignal);
    },
    record: (model) => void recorded.push(model),
    onProgress: () => {},
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const take = (path: string, over: Partial<ImportPorts> = {}) =>
  importModels({ path, name: null, role: null }, { ...ports, ...over }, signal);

function flipByte(path: string, at: number): void {
  const file = openSync(path, "r+");
  const byte = Buffer.alloc(1);
  readSync(file, byte, 0, 1, at);
  byte[0] = (byte[0] as number) ^ 0xff;
  writeSync(file, byte, 0, 1, at);
  closeSync(file);
}

test("a stick with three models: each is tried out, copied byte for byte and recorded with its role", async () => {
  const { imported, refused } = await take(originals);
  expect(refused).toEqual([]);
  expect(imported.map(({ name, role, format }) => [name, role, format])).toEqual([
    ["ggml-tiny", "speech", "ggml"],
    ["silero-vad-v6", "voice-activity", "onnx"],
    ["tinyllama-1.1b-chat-iq2_xxs", "chat", "gguf"],
  ]);
  expect(smoked).toHaveLength(3);
  expect(recorded).toEqual(imported);
  for (const model of imported) {
    expect(
      readFileSync(model.path).equals(
        readFileSync(join(originals, readdirSync(originals).find((f) => f.startsWith(model.name)) as string)),
      ),
    ).toBe(true);
    expect(files.manifest.some(({ sha256 }) => sha256 === model.sha256)).toBe(true);
  }
  const again = await take(originals);
  expect(again.imported).toEqual([]);
  expect(again.refused.map(({ reason }) => reason)).toEqual(["already-here", "already-here", "already-here"]);
});

test("bad files are refused with the reason, none is recorded, none leaves a file, none stops the next", async () => {
  const whisper = readFileSync(fileOf("tiny"));
  const llama = join(stick, "c-truncated.gguf");
  copyFileSync(join(originals, basename(fileOf("tinyllama"))), llama);
  truncateSync(llama, 100_000_000);
  writeFileSync(join(stick, "a-text.gguf"), "this is a letter\n");
  writeFileSync(join(stick, "b-empty.bin"), "");
  writeFileSync(join(stick, "d-truncated.bin"), whisper.subarray(0, 50_000_000));
  writeFileSync(join(stick, "e-flipped.bin"), whisper);
  flipByte(join(stick, "e-flipped.bin"), 60_000_000);
  writeFileSync(join(stick, "f-other.bin"), Buffer.concat([whisper.subarray(0, 4), Buffer.alloc(5000, 7)]));
  writeFileSync(join(stick, "g-good.onnx"), readFileSync(fileOf("silero-vad-v6")));
  const { imported, refused } = await take(stick);
  expect(refused.map(({ path, reason }) => [basename(path), reason])).toEqual([
    ["a-text.gguf", "not-a-model"],
    ["b-empty.bin", "not-a-model"],
    ["c-truncated.gguf", "truncated"],
    ["d-truncated.bin", "truncated"],
    ["e-flipped.bin", "checksum"],
    ["f-other.bin", "wrong-architecture"],
  ]);
  for (const { path, message } of refused) {
    expect(message).toContain(basename(path));
    expect(message).toMatch(/\.$/);
    expect(message).not.toContain("\n");
  }
  expect(imported.map(({ name }) => name)).toEqual(["g-good"]);
  expect(readdirSync(target)).toEqual(["g-good.onnx"]);
});

test("a checksum beside the file counts, right and wrong", async () => {
  const path = join(stick, "voice.onnx");
  copyFileSync(fileOf("silero-vad-v6"), path);
  writeFileSync(`${path}.sha256`, `${"0".repeat(64)}  voice.onnx\n`);
  expect((await take(path)).refused[0]).toMatchObject({ reason: "checksum" });
  const right = files.manifest.find(({ name }) => name === "silero-vad-v6")?.sha256 ?? "";
  writeFileSync(`${path}.sha256`, `${right}  voice.onnx\n`);
  expect((await take(path)).imported).toHaveLength(1);
});

test("too big for the memory, and failing the try-out, are refusals in words", async () => {
  const path = join(originals, basename(fileOf("tinyllama")));
  const huge = await take(path, {
    inspectGguf: async () => ({ architecture: "llama", needBytes: 4e12, embeddingModel: false }),
  });
  expect(huge.refused[0]).toMatchObject({ reason: "too-big" });
  expect(huge.refused[0]?.message).toMatch(/have \d+\.\d GB, needs 4000\.0 GB/);
  const failing = await take(path, {
    smokeTest: async () => {
      throw new IndoorsError("timeout", "it did not finish a small try in a minute.");
    },
  });
  expect(failing.refused[0]).toMatchObject({ reason: "smoke-test" });
  expect(existsSync(target) && readdirSync(target)).toEqual([]);
});

test("cancelling in the copy leaves nothing", async () => {
  const controller = new AbortController();
  const path = join(originals, basename(fileOf("tinyllama")));
  const importing = importModels(
    { path, name: "mine", role: null },
    {
      ...ports,
      smokeTest: async () => {},
      onProgress: (_name, phase) => phase === "copying" && controller.abort(),
    },
    controller.signal,
  );
  await expect(importing).rejects.toMatchObject({ code: "cancelled" });
  expect(readdirSync(target)).toEqual([]);
  expect(recorded).toEqual([]);
});

test("a path that is not there, and a folder without models, are clear errors", async () => {
  await expect(take(join(stick, "gone"))).rejects.toThrow(/gone cannot be imported: it is not there/);
  await expect(take(stick)).rejects.toThrow(/There is no model in/);
});
