import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decoderBlockBytes } from "../shared/decoder-contract.ts";
import { type DecoderFile, openDecoderFile } from "./decoder-file.ts";

const { signal } = new AbortController();
let folder: string;
let path: string;
let pcmPath: string;
let file: DecoderFile | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "decoder-file-"));
  path = join(folder, "talk.m4a");
  pcmPath = join(folder, "talk.pcm");
  await writeFile(
    path,
    Uint8Array.from({ length: 100 }, (_, index) => index),
  );
});

afterEach(async () => {
  await file?.dispose();
  file = undefined;
  await rm(folder, { recursive: true });
});

const readRange = async (start: number, end: number) => await file!.methods.read({ start, end }, signal);
const write = async (samples: Uint8Array<ArrayBuffer>) => await file!.methods.write({ samples }, signal);

describe("the one file of a decoder", () => {
  it("gives the bytes that are asked for", async () => {
    file = await openDecoderFile(path, pcmPath);
    expect(file.bytes).toBe(100);
    expect((await readRange(3, 6)).bytes).toEqual(Uint8Array.of(3, 4, 5));
    expect((await readRange(0, 100)).bytes).toHaveLength(100);
  });

  it.each([
    ["past the end", 50, 101],
    ["nothing", 5, 5],
    ["backwards", 6, 5],
    ["too much", 0, decoderBlockBytes + 1],
  ])("gives nothing for a range that is %s", async (_what, start, end) => {
    file = await openDecoderFile(path, pcmPath);
    await expect(readRange(start, end)).rejects.toMatchObject({ code: "input.invalid" });
  });

  it("says so when the file becomes shorter", async () => {
    file = await openDecoderFile(path, pcmPath);
    await truncate(path, 10);
    await expect(readRange(0, 100)).rejects.toMatchObject({ code: "audio.undecodable" });
  });

  it("writes in the order of the calls, and shows the samples only when they are whole", async () => {
    file = await openDecoderFile(path, pcmPath);
    await Promise.all([write(Uint8Array.of(1, 2)), write(Uint8Array.of(3, 4)), write(Uint8Array.of(5, 6))]);
    expect(await readdir(folder)).toEqual(["talk.m4a", "talk.pcm.part"]);
    expect((await stat(`${pcmPath}.part`)).mode & 0o777).toBe(0o600);
    await file.finish();
    expect([...(await readFile(pcmPath))]).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await readdir(folder)).toEqual(["talk.m4a", "talk.pcm"]);
    expect(file.durationMs()).toBeCloseTo(3 / 16);
  });

  it.each([
    ["half a sample", 3],
    ["more than a block", decoderBlockBytes + 2],
  ])("does not take %s", async (_what, length) => {
    file = await openDecoderFile(path, pcmPath);
    await expect(write(new Uint8Array(length))).rejects.toMatchObject({ code: "input.invalid" });
    expect((await stat(`${pcmPath}.part`)).size).toBe(0);
  });

  it("leaves nothing of what was not finished", async () => {
    file = await openDecoderFile(path, pcmPath);
    await write(Uint8Array.of(1, 2));
    await file.dispose();
    expect(await readdir(folder)).toEqual(["talk.m4a"]);
  });

  it("refuses what is no file, and does not wait for a named pipe", async () => {
    const pipe = join(folder, "pipe.m4a");
    execFileSync("mkfifo", [pipe]);
    for (const no of [folder, pipe, join(folder, "absent.m4a")]) {
      await expect(openDecoderFile(no, pcmPath)).rejects.toMatchObject({ code: "file.unreadable" });
    }
    expect(await readdir(folder)).toEqual(["pipe.m4a", "talk.m4a"]);
  });
});
