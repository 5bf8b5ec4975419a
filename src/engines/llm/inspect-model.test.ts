import { copyFile, mkdtemp, open, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Llama } from "node-llama-cpp";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openCpu } from "./backend.ts";
import { inspectModel } from "./inspect-model.ts";

// A real model on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const model = fileURLToPath(new URL("../../../models/tinyllama-1.1b-chat-iq2_xxs.gguf", import.meta.url));
let llama: Llama;
let folder: string;

beforeAll(async () => {
  llama = await openCpu();
  folder = await mkdtemp(join(tmpdir(), "indoors-inspect-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const inspect = (path: string, contextTokens = 512) => inspectModel(llama, path, contextTokens);
const refusal = (reason: string, message: RegExp) => ({
  code: "model.refused",
  data: { reason },
  message: expect.stringMatching(message),
});

it("counts the weights and a context of the size asked for, up to what the model was trained for", async () => {
  const small = await inspect(model, 512);
  const large = await inspect(model, 2048);
  expect(large.needBytes).toBeGreaterThan(small.needBytes);
  expect(small.needBytes).toBeGreaterThan((await stat(model)).size * 0.99);
  expect((await inspect(model, 1_000_000)).needBytes).toBe(large.needBytes);
});

it("opens nothing but absolute paths", async () => {
  for (const path of ["hf:user/model/file.gguf", "https://example.org/m.gguf", "models/x.gguf", ""]) {
    await expect(inspect(path)).rejects.toMatchObject({ code: "input.invalid" });
  }
});

it("names what is missing, a folder, or not a model", async () => {
  const missing = { code: "file.unreadable", message: expect.stringContaining("none.gguf") };
  await expect(inspect(join(folder, "none.gguf"))).rejects.toMatchObject(missing);
  await expect(inspect(folder)).rejects.toMatchObject({ code: "file.unreadable" });
  await writeFile(join(folder, "text.gguf"), "Dear all, please find attached");
  const notGguf = refusal("not-a-model", /^text\.gguf was refused: it is not a GGUF/);
  await expect(inspect(join(folder, "text.gguf"))).rejects.toMatchObject(notGguf);
  await writeFile(join(folder, "empty.gguf"), "");
  await expect(inspect(join(folder, "empty.gguf"))).rejects.toMatchObject(refusal("not-a-model", /empty/));
});

it("does not count up to what a head claims", async () => {
  const head = (version: number, tensors: bigint, entries: bigint) => {
    const bytes = Buffer.alloc(4096);
    bytes.write("GGUF");
    bytes.writeUInt32LE(version, 4);
    bytes.writeBigUInt64LE(tensors, 8);
    bytes.writeBigUInt64LE(entries, 16);
    return bytes;
  };
  const heads = [
    head(3, 1n, 2n ** 60n),
    head(3, 2n ** 63n, 1n),
    head(0x20746920, 1n, 1n),
    Buffer.from("GGUF it is not"),
  ];
  for (const [index, bytes] of heads.entries()) {
    const path = join(folder, `claim-${index}.gguf`);
    await writeFile(path, bytes);
    await expect(inspect(path)).rejects.toMatchObject({ code: "model.refused" });
  }
});

it("finds a header that is cut short, wherever it is cut", async () => {
  await using file = await open(model);
  const { buffer } = await file.read(Buffer.alloc(700_000), 0, 700_000, 0);
  const cutShort = refusal("truncated", /^head-\d+\.gguf was refused: its header/);
  for (const bytes of [4, 10, 100, 2000, 300_000, 700_000]) {
    const path = join(folder, `head-${bytes}.gguf`);
    await writeFile(path, buffer.subarray(0, bytes));
    await expect(inspect(path), `${bytes} bytes`).rejects.toMatchObject(cutShort);
  }
});

it("finds one missing byte of weights, and an architecture the engine does not know", async () => {
  const copy = join(folder, "copy.gguf");
  await copyFile(model, copy);
  const { size } = await stat(copy);
  await setArchitecture(copy, "llamb");
  await expect(inspect(copy)).rejects.toMatchObject(refusal("wrong-architecture", /'llamb'/));
  await setArchitecture(copy, "llama");
  expect((await inspect(copy)).architecture).toBe("llama");
  await truncate(copy, size - 1);
  await expect(inspect(copy)).rejects.toMatchObject(refusal("truncated", new RegExp(`${size - 1} of ${size} bytes`)));
});

/** Writes over the value of `general.architecture`: after the key come a u32 type and a u64 length. */
async function setArchitecture(path: string, name: string): Promise<void> {
  await using file = await open(path, "r+");
  const { buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
  const at = buffer.indexOf("general.architecture") + "general.architecture".length + 12;
  await file.write(name, at, "latin1");
}
