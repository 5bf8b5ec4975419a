import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { connect, type Implementation, serve } from "../shared/contract.ts";
import { desktopContract } from "../shared/desktop-contract.ts";
import { IndoorsError } from "../shared/errors.ts";
import { memoryChannelPair } from "../shared/memory-channel.ts";
import { AudioEngine } from "./audio-engine.ts";
import { desktopDecoder } from "./desktop-decoder.ts";

const m4a = fileURLToPath(new URL("../engines/audio/fixtures/apollo.m4a", import.meta.url));
const mp3 = fileURLToPath(new URL("../engines/audio/fixtures/apollo.mp3", import.meta.url));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "indoors-desktop-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Decode = (request: { path: string; pcmPath: string }, signal: AbortSignal) => Promise<void>;

/** An engine with a desktop that decodes so, and what the desktop was asked for. */
function engineWith(
  decode: Decode,
  said = { format: "mp4, aac", notice: null as string | null },
  ffmpegPath: string | null = null,
) {
  const [here, there] = memoryChannelPair();
  const asked: string[] = [];
  const implementation: Implementation<typeof desktopContract> = {
    async decode(request, signal) {
      asked.push(request.path);
      server.emit("decode.progress", { path: "another", share: 0.1 });
      server.emit("decode.progress", { path: request.path, share: 0.5 });
      await decode(request, signal);
      return { ...said, durationMs: 999_999 };
    },
    "gateway.start": () => ({}),
    "gateway.stop": () => ({}),
  };
  const server = serve(there, desktopContract, implementation);
  const pcmPath = join(folder, `${Math.random()}.pcm`);
  const engine = new AudioEngine({
    ...{ nodePath: process.execPath, ffmpegPath, voiceModelPath: "", pcmPath, onLog: () => {} },
    desktop: desktopDecoder(connect(here, desktopContract)),
  });
  onTestFinished(() => engine.dispose());
  return { engine, asked, pcmPath };
}
const never = new AbortController().signal;
const ignore = () => {};

test("what has no decoder of ours goes to the desktop, with its progress; its length is what is there, not what was said", async () => {
  const shares: number[] = [];
  const said = { format: "mp4\u001b[31m", notice: "odd\nline" };
  const { engine, asked, pcmPath } = engineWith(({ pcmPath: to }) => writeFile(to, Buffer.alloc(32_000)), said);
  expect(await engine.decode(m4a, never, (share) => shares.push(share))).toEqual({
    ...{ pcmPath, durationMs: 1000 },
    ...{ format: "mp4\\u{1b}[31m", notice: "odd\\u{a}line" },
  });
  expect(asked).toEqual([m4a]);
  expect(shares).toEqual([0.5]);
});

test("what we can decode the desktop never sees, nor what it cannot decode either", async () => {
  const { engine, asked } = engineWith(async () => {});
  expect((await engine.decode(mp3, never, ignore)).format).toBe("mp3");
  const amr = join(folder, "call.amr");
  await writeFile(amr, "#!AMR\n");
  await expect(engine.decode(amr, never, ignore)).rejects.toMatchObject({ code: "audio.decoder-missing" });
  const text = join(folder, "text.m4a");
  await writeFile(text, "a text with the name of a recording, whatever it says");
  await expect(engine.decode(text, never, ignore)).rejects.toMatchObject({ code: "audio.undecodable" });
  expect(asked).toEqual([]);
});

test.each<[string, Decode]>([
  ["nothing", async () => {}],
  ["an empty file", ({ pcmPath }) => writeFile(pcmPath, "")],
  ["half a sample", ({ pcmPath }) => writeFile(pcmPath, Buffer.alloc(3))],
  ["a link to somewhere else", ({ pcmPath }) => symlink(mp3, pcmPath)],
])("a desktop that says it is done and wrote %s is not believed, and nothing is left", async (_, decode) => {
  const { engine, pcmPath } = engineWith(decode);
  await expect(engine.decode(m4a, never, ignore)).rejects.toMatchObject({
    code: "audio.undecodable",
    message: expect.stringMatching(/^Decoding failed: apollo\.m4a\. /),
  });
  await expect(readFile(pcmPath)).rejects.toMatchObject({ code: "ENOENT" });
});

test("a cancel reaches the desktop", async () => {
  const heard = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  const { engine } = engineWith(async (_, signal) => {
    started.resolve();
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    heard.resolve();
  });
  const controller = new AbortController();
  const decoding = engine.decode(m4a, controller.signal, ignore);
  await started.promise;
  controller.abort();
  await expect(decoding).rejects.toMatchObject({ code: "cancelled" });
  await heard.promise;
});

test("what Chromium cannot decode the system's ffmpeg may, where there is one; its word stands where there is none", async () => {
  const refuse: Decode = () =>
    Promise.reject(new IndoorsError("audio.undecodable", "Decoding failed: apollo.m4a. No decoder."));
  const alone = engineWith(refuse);
  await expect(alone.engine.decode(m4a, never, ignore)).rejects.toThrow("No decoder.");
  // A program that stands in for ffmpeg: it writes a second of silence.
  const ffmpeg = join(folder, "ffmpeg");
  await writeFile(ffmpeg, "#!/bin/sh\nhead -c 32000 /dev/zero\n", { mode: 0o755 });
  const both = engineWith(refuse, undefined, ffmpeg);
  expect(await both.engine.decode(m4a, never, ignore)).toMatchObject({ format: "MP4", durationMs: 1000 });
  expect(both.asked).toEqual([m4a]);
});

test("without a desktop ffmpeg decodes, as from the command line", async () => {
  const ffmpeg = join(folder, "ffmpeg-alone");
  await writeFile(ffmpeg, "#!/bin/sh\nhead -c 64000 /dev/zero\n", { mode: 0o755 });
  const pcmPath = join(folder, "alone.pcm");
  const options = { nodePath: process.execPath, voiceModelPath: "", pcmPath, onLog: ignore };
  const engine = new AudioEngine({ ...options, ffmpegPath: ffmpeg });
  onTestFinished(() => engine.dispose());
  const copy = join(folder, "name.txt");
  await copyFile(m4a, copy);
  expect(await engine.decode(copy, never, ignore)).toMatchObject({ format: "MP4", durationMs: 2000 });
});
