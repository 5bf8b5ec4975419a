import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decode } from "./decode.ts";
import { ffmpegArguments } from "./ffmpeg-source.ts";
import { tone } from "./testing/test-signals.ts";
import { coded, coders, wavFile } from "./testing/test-wav.ts";

const fixtures = fileURLToPath(new URL("./fixtures/", import.meta.url));
const recording = fileURLToPath(new URL("../../../models/apollo-13.wav", import.meta.url));
const never = new AbortController().signal;
const ffmpeg = ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg"].find((path) => existsSync(path)) ?? null;
if (ffmpeg === null) console.warn("skipped: ffmpeg is not here: decoding m4a through it is not tested");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "indoors-decode-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("WAVE", { timeout: 30_000 }, () => {
  const stereo = { sampleRate: 44_100, channels: 2 };
  it.each([
    ["8-bit", { ...stereo, tag: 1, bits: 8 }, coders.uint8, 0.02],
    ["16-bit", { ...stereo, tag: 1, bits: 16 }, coders.int16, 0.005],
    ["24-bit", { ...stereo, tag: 1, bits: 24 }, coders.int24, 0.005],
    ["32-bit", { ...stereo, tag: 1, bits: 32 }, coders.int32, 0.005],
    ["float", { ...stereo, tag: 3, bits: 32 }, coders.float32, 0.005],
    ["double", { ...stereo, tag: 3, bits: 64 }, coders.float64, 0.005],
    [
      "24-bit extensible at 8 kHz",
      { sampleRate: 8000, channels: 2, tag: 1, bits: 24, extensible: true },
      coders.int24,
      0.005,
    ],
    ["six channels", { sampleRate: 48_000, channels: 6, tag: 1, bits: 16, extensible: true }, coders.int16, 0.005],
    ["RF64", { ...stereo, tag: 1, bits: 16, riff: "RF64" }, coders.int16, 0.005],
    ["a length nobody knew", { ...stereo, tag: 1, bits: 16, claimedBytes: 0xffffffff }, coders.int16, 0.005],
    [
      "a length of nothing, as a live writer leaves it",
      { ...stereo, tag: 1, bits: 16, claimedBytes: 0 },
      coders.int16,
      0.005,
    ],
  ] as const)("decodes %s", async (name, options, write, tolerance) => {
    const data = coded(tone(1, 440, options.sampleRate), options.channels, write);
    const { result, samples } = await decoded(`${name}.wav`, wavFile(data, options));
    expect(result).toMatchObject({
      format: "wav",
      sourceSampleRate: options.sampleRate,
      sourceChannels: options.channels,
      notice: null,
    });
    expect(samples.length).toBe(16_000);
    expect(worst(samples, tone(1, 440))).toBeLessThan(tolerance);
  });

  it("decodes A-law and µ-law by the tables of G.711", async () => {
    // Code words and values from ITU-T G.711, tables 1a and 2a, scaled to 16 bits.
    const aLaw = await decoded(
      "a.wav",
      wavFile(Buffer.alloc(8000, 0xd5 ^ 0x7f), { sampleRate: 16_000, channels: 1, tag: 6, bits: 8 }),
    );
    expect(aLaw.samples[100]! * 32_768).toBe(32_256);
    const muLaw = await decoded(
      "mu.wav",
      wavFile(Buffer.alloc(8000, 0x80), { sampleRate: 16_000, channels: 1, tag: 7, bits: 8 }),
    );
    expect(muLaw.samples[100]! * 32_768).toBe(32_124);
    const quiet = await decoded(
      "mu0.wav",
      wavFile(Buffer.alloc(8000, 0xff), { sampleRate: 16_000, channels: 1, tag: 7, bits: 8 }),
    );
    expect(quiet.samples[100]).toBe(0);
  });

  it("averages channels: opposite ones cancel out", async () => {
    const data = Buffer.concat(
      [...tone(0.5, 440, 16_000)].map((sample) => Buffer.concat([coders.int16(sample), coders.int16(-sample)])),
    );
    const { samples } = await decoded(
      "opposite.wav",
      wavFile(data, { sampleRate: 16_000, channels: 2, tag: 1, bits: 16 }),
    );
    expect(worst(samples, new Float32Array(8000))).toBeLessThanOrEqual(1 / 32_768);
  });

  it("keeps what is there of a cut-off file, and says so", async () => {
    const data = coded(tone(2, 440), 1, coders.int16);
    const file = wavFile(data, { sampleRate: 16_000, channels: 1, tag: 1, bits: 16, claimedBytes: data.length * 3 });
    const { result, samples } = await decoded("cut.wav", file);
    expect(samples.length).toBe(32_000);
    expect(result.notice).toBe(
      "cut.wav is not whole: the data ends before the length that its header says. The 2.0 s that could be read are used.",
    );
  });

  it("decodes the sample recording bit for bit: it already is 16 kHz mono", async () => {
    const { result, samples } = await decodedFrom(recording);
    const data = (await readFile(recording)).subarray(-samples.length * 2);
    expect(Math.abs(result.durationMs - 30_000)).toBeLessThan(5);
    expect(samples.every((value, index) => value * 32_768 === data.readInt16LE(index * 2))).toBe(true);
  });
});

describe("compressed formats", { timeout: 30_000 }, () => {
  it.each([
    ["apollo.mp3", "mp3", 4, 0.95],
    ["apollo.opus", "ogg-opus", 4, 0.85],
    ["apollo-vorbis.ogg", "ogg-vorbis", 4, 0.9],
    ["apollo.flac", "flac", 1.5, 0.999],
    ["apollo-flac.oga", "ogg-flac", 1.5, 0.999],
  ])("decodes %s to the sound it was made from", async (name, format, seconds, similar) => {
    const { result, samples } = await decodedFrom(join(fixtures, name));
    const original = (await decodedFrom(recording)).samples.subarray(200_000, 200_000 + seconds * 16_000);
    expect(result).toMatchObject({ format, sourceChannels: 1, notice: null });
    expect(Math.abs(samples.length - original.length)).toBeLessThan(1200);
    expect(correlation(samples, original)).toBeGreaterThan(similar);
  });

  it.each(["apollo.mp3", "apollo.opus", "apollo-vorbis.ogg", "apollo.flac"])(
    "keeps what is there of a truncated %s and says so",
    async (name) => {
      const whole = await readFile(join(fixtures, name));
      const cut = whole.subarray(0, Math.floor(whole.length * 0.8));
      const { result, samples } = await decoded(`cut-${name}`, cut);
      expect(result.notice).toMatch(
        new RegExp(`^cut-${name} is not whole: .*\\. The \\d+\\.\\d s that could be read are used\\.$`, "u"),
      );
      expect(samples.length).toBeGreaterThanOrEqual(16_000);
    },
  );

  it("survives damage in the middle", async () => {
    const damaged = Buffer.from(await readFile(join(fixtures, "apollo.mp3")));
    damaged.fill(0x5a, 6000, 8000);
    const { samples } = await decoded("damaged.mp3", damaged);
    expect(samples.length).toBeGreaterThan(2 * 16_000);
  });

  it("names ffmpeg for m4a when there is none", async () => {
    await expect(decodedFrom(join(fixtures, "apollo.m4a"))).rejects.toMatchObject({
      code: "audio.decoder-missing",
      data: { needs: "ffmpeg", desktop: true },
      message:
        "Decoding failed: apollo.m4a. It is MP4, and reading that needs ffmpeg, which is not on this machine. Install ffmpeg, open it in the Indoors desktop, which reads it without, or export the recording as WAV, MP3, FLAC or Opus.",
    });
    await expect(decoded("call.amr", Buffer.from("#!AMR\n"))).rejects.toMatchObject({
      data: { needs: "ffmpeg", desktop: false },
      message: expect.stringContaining("Install ffmpeg, or export"),
    });
  });

  it.skipIf(ffmpeg === null)("decodes m4a by ffmpeg", async () => {
    const { samples } = await decodedFrom(join(fixtures, "apollo.m4a"), ffmpeg);
    const original = (await decodedFrom(recording)).samples.subarray(200_000, 264_000);
    expect(correlation(samples, original)).toBeGreaterThan(0.8);
  });

  it("starts ffmpeg with a list of arguments: a file name is never a command or an option", async () => {
    const log = join(folder, "arguments.json");
    const recorder = join(folder, "ffmpeg");
    await writeFile(
      recorder,
      `#!${process.execPath}\nrequire("fs").writeFileSync(${JSON.stringify(log)}, JSON.stringify(process.argv.slice(2)));\nprocess.stdout.write(Buffer.alloc(64000));\n`,
    );
    await chmod(recorder, 0o700);
    const evil = join(folder, '-y; touch PWNED "$(id)".m4a');
    await writeFile(evil, await readFile(join(fixtures, "apollo.m4a")));
    const { samples } = await decodedFrom(evil, recorder);
    expect(samples.length).toBe(32_000);
    expect(JSON.parse(await readFile(log, "utf8"))).toEqual(ffmpegArguments(evil));
    expect(ffmpegArguments(evil)).toContain(`file:${evil}`);
    expect(await readdir(folder)).not.toContain("PWNED");
  });

  it("says when the ffmpeg that is set up cannot be started", async () => {
    await expect(decodedFrom(join(fixtures, "apollo.m4a"), join(folder, "no-ffmpeg"))).rejects.toMatchObject({
      code: "audio.decoder-missing",
      message: expect.stringContaining("apollo.m4a"),
    });
  });
});

describe("bad input", { timeout: 30_000 }, () => {
  const text = "Meeting notes, Monday.\nNobody spoke into a microphone.\n";
  it.each([
    [
      "empty.wav",
      Buffer.alloc(0),
      "Decoding failed: empty.wav. The file is empty. Copy it again from where it was recorded.",
    ],
    [
      "notes.wav",
      Buffer.from(text),
      "Decoding failed: notes.wav. It is text, not sound, whatever its name says. Choose the recording itself.",
    ],
    [
      "raw.pcm",
      Buffer.from(tone(1, 440).buffer),
      "Decoding failed: raw.pcm. It is no sound format that is known; raw samples without a header are not accepted. Export it as WAV, MP3, FLAC or Opus.",
    ],
    [
      "nothing.wav",
      wavFile(Buffer.alloc(0), { sampleRate: 16_000, channels: 1, tag: 1, bits: 16 }),
      "Decoding failed: nothing.wav. It holds no sound. Record or export it again.",
    ],
    [
      "adpcm.wav",
      wavFile(Buffer.alloc(1000), { sampleRate: 16_000, channels: 1, tag: 2, bits: 8 }),
      "Decoding failed: adpcm.wav. The reason: its sound is coded in a way that is not supported (WAVE format 2, 8 bits). Export it again as WAV, MP3, FLAC or Opus.",
    ],
    [
      "header.wav",
      Buffer.from("RIFF\0\0\0\0WAVE"),
      "Decoding failed: header.wav. The reason: its header describes no sound format. Export it again as WAV, MP3, FLAC or Opus.",
    ],
  ])("refuses %s with one sentence", async (name, bytes, message) => {
    await expect(decoded(name, bytes)).rejects.toMatchObject({ code: "audio.undecodable", message });
    expect((await readdir(folder)).filter((entry) => entry.endsWith(".part"))).toEqual([]);
  });

  it("refuses an mp3 of which hardly anything is there", async () => {
    const whole = await readFile(join(fixtures, "apollo.mp3"));
    await expect(decoded("stump.mp3", whole.subarray(0, 900))).rejects.toMatchObject({
      code: "audio.undecodable",
      message: expect.stringMatching(
        /^Decoding failed: stump\.mp3\. It is damaged: .*\. Copy it again from where it was recorded\.$/u,
      ),
    });
  });

  it("refuses what is not a file, or not there", async () => {
    await mkdir(join(folder, "box.wav"));
    execFileSync("mkfifo", [join(folder, "pipe.wav")]);
    await expect(decodedFrom(join(folder, "box.wav"))).rejects.toMatchObject({
      code: "file.unreadable",
      message: "Reading the recording failed: box.wav. It is a folder. Name the recordings inside it.",
    });
    await expect(decodedFrom(join(folder, "gone.wav"))).rejects.toMatchObject({
      code: "file.unreadable",
      message: "Reading the recording failed: gone.wav. It is not there. Check the path.",
    });
    await expect(decodedFrom(join(folder, "pipe.wav"))).rejects.toMatchObject({ code: "file.unreadable" });
  });

  const root = process.getuid?.() === 0;
  if (root) console.warn("skipped: as root every file is readable: the unreadable file is not tested");
  it.skipIf(root)("refuses a file that may not be read", async () => {
    const path = join(folder, "secret.wav");
    await writeFile(path, "x", { mode: 0 });
    await expect(decodedFrom(path)).rejects.toMatchObject({
      code: "file.unreadable",
      message: expect.stringContaining("You may not read it."),
    });
  });

  it("never crashes on mutated files: each is decoded or refused with a sentence", async () => {
    const seeds: Buffer[] = await Promise.all(
      ["apollo.mp3", "apollo.opus", "apollo-vorbis.ogg", "apollo.flac"].map((name) => readFile(join(fixtures, name))),
    );
    seeds.push(wavFile(coded(tone(0.2, 440), 1, coders.int16), { sampleRate: 16_000, channels: 1, tag: 1, bits: 16 }));
    let state = 7;
    const random = (below: number) => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    for (let round = 0; round < 40; round++) {
      const bytes = Buffer.from(seeds[round % seeds.length]!);
      for (let hit = 0; hit < 1 + random(30); hit++) bytes[random(round % 2 === 0 ? 200 : bytes.length)] = random(256);
      const outcome = await decoded(`mutant-${round}`, bytes).catch((thrown: unknown) => thrown);
      if (outcome instanceof Error)
        expect(outcome).toMatchObject({ name: "IndoorsError", message: expect.stringContaining(`mutant-${round}`) });
    }
  }, 30_000);
});

describe("a long recording", () => {
  it("takes flat memory, whatever its length", async () => {
    const path = join(folder, "long.wav");
    const hours = process.env["INDOORS_LONG"] === undefined ? 1 : 10;
    const bytes = hours * 3600 * 16_000 * 2;
    await writeFile(
      path,
      wavFile(Buffer.alloc(0), { sampleRate: 16_000, channels: 1, tag: 1, bits: 16, claimedBytes: bytes }),
    );
    const handle = await open(path, "r+");
    await handle.truncate(44 + bytes);
    await handle.close();
    const before = process.memoryUsage().rss;
    let highest = before;
    const pcmPath = join(folder, "long.pcm");
    const result = await decode({ path, pcmPath, ffmpegPath: null }, never, () => {
      highest = Math.max(highest, process.memoryUsage().rss);
    });
    expect(result.durationMs).toBe(hours * 3_600_000);
    expect((highest - before) / 2 ** 20).toBeLessThan(150);
    await rm(pcmPath);
  }, 120_000);

  it("stops at once when cancelled, and leaves nothing", async () => {
    const controller = new AbortController();
    const pcmPath = join(folder, "cancelled.pcm");
    const path = join(folder, "long.wav");
    const running = decode({ path, pcmPath, ffmpegPath: null }, controller.signal, () => controller.abort());
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect((await readdir(folder)).filter((entry) => entry.startsWith("cancelled"))).toEqual([]);
  });
});

async function decoded(name: string, bytes: Uint8Array) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return decodedFrom(path);
}

async function decodedFrom(path: string, ffmpegPath: string | null = null) {
  const pcmPath = join(folder, "out.pcm");
  const result = await decode({ path, pcmPath, ffmpegPath }, never, () => {});
  const bytes = await readFile(pcmPath);
  const samples = Float32Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readInt16LE(index * 2) / 32_768);
  expect(result.durationMs).toBe((samples.length * 1000) / 16_000);
  return { result, samples };
}

/** The largest difference, away from the edges. */
function worst(left: Float32Array, right: Float32Array): number {
  let most = 0;
  for (let index = 800; index < right.length - 800; index++)
    most = Math.max(most, Math.abs(left[index]! - right[index]!));
  return most;
}

/** The best normalised correlation within 30 ms of delay, which some encoders add. */
function correlation(left: Float32Array, right: Float32Array): number {
  let best = 0;
  for (let delay = -500; delay <= 500; delay++) {
    let [product, leftPower, rightPower] = [0, 0, 0];
    for (let index = 1600; index < right.length - 1600; index += 3) {
      const a = left[index + delay] ?? 0;
      const b = right[index]!;
      product += a * b;
      leftPower += a * a;
      rightPower += b * b;
    }
    best = Math.max(best, product / Math.sqrt(leftPower * rightPower || 1));
  }
  return best;
}
