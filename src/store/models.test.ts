import { describe, expect, test } from "vitest";
import { installedModel } from "../shared/model.ts";
import { findModel, listModels, removeModel, saveModel } from "./models.ts";
import { deleteSetting, getSetting, listSettings, setSetting } from "./settings.ts";
import { freshStore } from "./testing/fresh-store.ts";
import { forgetHash, knownHash, rememberHash } from "./verified-files.ts";

const model = installedModel.parse({
  name: "qwen3-4b",
  path: "/data/models/qwen3-4b.gguf",
  role: "chat",
  format: "gguf",
  purpose: "answers questions",
  licence: "Apache-2.0",
  bytes: 2_500_000_000,
  sha256: "ab",
  origin: "imported",
});

test("models: saved, replaced by name, listed by role, removed", () => {
  const { reader, writer } = freshStore();
  saveModel(writer, model);
  saveModel(writer, { ...model, name: "base.en", role: "speech" });
  saveModel(writer, { ...model, sha256: "cd" });
  expect(findModel(reader, model.name)).toEqual({ ...model, sha256: "cd" });
  expect(listModels(reader).map(({ name }) => name)).toEqual(["base.en", "qwen3-4b"]);
  expect(listModels(reader, "speech").map(({ name }) => name)).toEqual(["base.en"]);
  expect(removeModel(writer, model.name)).toBe(true);
  expect(removeModel(writer, model.name)).toBe(false);
  expect(findModel(reader, model.name)).toBeUndefined();
});

describe("verified files", () => {
  test("the hash is known only while size and time are the same, to the last fraction", () => {
    const { reader, writer } = freshStore();
    const file = { path: "/m.bin", bytes: 77_691_713, mtimeMs: 1_763_896_123_456.7891 };
    expect(knownHash(reader, file)).toBeUndefined();
    rememberHash(writer, file, "be");
    expect(knownHash(reader, file)).toBe("be");
    expect(knownHash(reader, { ...file, bytes: file.bytes + 1 })).toBeUndefined();
    expect(knownHash(reader, { ...file, mtimeMs: file.mtimeMs + 0.001 })).toBeUndefined();
    rememberHash(writer, { ...file, bytes: 5 }, "cf");
    expect(knownHash(reader, file)).toBeUndefined();
    expect(knownHash(reader, { ...file, bytes: 5 })).toBe("cf");
    forgetHash(writer, file.path);
    expect(knownHash(reader, { ...file, bytes: 5 })).toBeUndefined();
  });
});

test("settings: any JSON value, null apart from nothing", () => {
  const { reader, writer } = freshStore();
  expect(getSetting(reader, "threads")).toBeUndefined();
  setSetting(writer, "threads", { chat: 2, speech: [1, 2] });
  setSetting(writer, "none", null);
  expect(getSetting(reader, "threads")).toEqual({ chat: 2, speech: [1, 2] });
  expect(getSetting(reader, "none")).toBeNull();
  setSetting(writer, "threads", 1);
  expect(listSettings(reader)).toEqual({ threads: 1, none: null });
  deleteSetting(writer, "threads");
  expect(listSettings(reader)).toEqual({ none: null });
});
