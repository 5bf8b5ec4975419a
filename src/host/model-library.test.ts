import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { saveModel } from "../store/models.ts";
import { openStore, type Store } from "../store/open-store.ts";
import { type AppFiles, findAppFiles } from "./app-files.ts";
import { ModelLibrary } from "./model-library.ts";

let folder: string;
let files: AppFiles;
let store: Store;
let library: ModelLibrary;
const real = findAppFiles();
const voice = real.manifest.find(({ name }) => name === "silero-vad-v6") as (typeof real.manifest)[number];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "indoors-library-"));
  mkdirSync(join(folder, "models"));
  copyFileSync(join(real.modelsFolder, voice.file), join(folder, "models", voice.file));
  files = { ...real, modelsFolder: join(folder, "models") };
  store = openStore(join(folder, "db.sqlite"));
  library = new ModelLibrary(files, store);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a model whose bytes changed is refused at load, also when its size and time look the same to a fresh library", async () => {
  const model = library.named(voice.name);
  await library.ensureUnchanged(model);
  const bytes = readFileSync(model.path);
  bytes[1_000_000] = (bytes[1_000_000] as number) ^ 1;
  writeFileSync(model.path, bytes);
  await expect(library.ensureUnchanged(model)).rejects.toMatchObject({
    code: "model.changed",
    message: expect.stringContaining(voice.sha256),
  });
  expect((await library.list()).find((status) => status.model.name === voice.name)?.state).toBe("changed");
});

test("the hash is cached by size and time, so an unchanged file is not read twice", async () => {
  const model = library.named(voice.name);
  const past = new Date(1_700_000_000_000);
  utimesSync(model.path, past, past);
  await library.ensureUnchanged(model);
  // Same size, same time, other bytes: only a cache can let this pass; `verify` reads every byte and does not.
  writeFileSync(model.path, Buffer.alloc(voice.bytes));
  utimesSync(model.path, past, past);
  await library.ensureUnchanged(model);
  const [status] = await library.verify(voice.name, () => {}, new AbortController().signal);
  expect(status?.state).toBe("changed");
});

test("an imported model is preferred to a default one and can be removed; a default one cannot", async () => {
  const path = join(folder, "mine.onnx");
  copyFileSync(join(real.modelsFolder, voice.file), path);
  const { sha256, bytes } = voice;
  saveModel(store.writer, {
    name: "mine",
    path,
    role: "voice-activity",
    format: "onnx",
    purpose: "p",
    licence: "l",
    bytes,
    sha256,
    origin: "imported",
  });
  expect((await library.choose("voice-activity", null)).name).toBe("mine");
  expect(await library.remove("mine")).toBe(bytes);
  expect((await library.choose("voice-activity", null)).name).toBe(voice.name);
  await expect(library.remove(voice.name)).rejects.toThrow(/belongs to the installation/);
});

test("what is not there is said with the remedy", async () => {
  await expect(library.choose("chat", null)).rejects.toMatchObject({ code: "model.missing" });
  await expect(library.choose("chat", voice.name)).rejects.toThrow(/is for voice-activity, not for chat/);
  expect(() => library.named("nope")).toThrow(/There are: base\.en/);
});
