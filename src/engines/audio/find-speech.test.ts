import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decode } from "./decode.ts";
import { findSpeech } from "./find-speech.ts";
import { readEnergy } from "./pcm-energy.ts";
import { hum, music, pcmBytes, pinkNoise, silence, tone, whiteNoise } from "./testing/test-signals.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const modelPath = join(root, "models/silero-vad-v6.onnx");
const data = join(root, "../shared/data/speech");
const hasData = existsSync(data);
if (!hasData)
  console.warn(
    "skipped: ../shared/data is not here: voice activity is tested on the sample recording and made sounds only",
  );
const never = new AbortController().signal;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "indoors-speech-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("findSpeech", { timeout: 30_000 }, () => {
  it.each([
    ["silence", silence],
    ["white noise", whiteNoise],
    ["pink noise", pinkNoise],
    ["hum", hum],
    ["music", music],
    ["a tone", (seconds: number) => tone(seconds, 440)],
  ])("finds none in %s", async (name, make) => {
    const pcmPath = join(folder, `${name}.pcm`);
    await writeFile(pcmPath, pcmBytes(make(10)));
    expect(await findSpeech(pcmPath, modelPath, never, () => {})).toEqual([]);
  });

  it("finds the sentences of the sample recording, radio noise and all", async () => {
    const spans = await inFile(join(root, "models/apollo-13.wav"));
    const heard = (second: number) =>
      spans.some(({ start, end }) => start / 16_000 <= second && second <= end / 16_000);
    // "Okay Houston" … "we've had a problem" … "Houston, we've had a problem" … "large bang".
    for (const second of [2.4, 5.5, 7.5, 10, 14, 17, 21, 23, 25.2, 28.5, 29.5])
      expect(heard(second), `${second} s`).toBe(true);
    expect(heard(19.3)).toBe(false);
    for (const [index, span] of spans.entries()) expect(span.start).toBeGreaterThanOrEqual(spans[index - 1]?.end ?? 0);
  });

  it("hears on after a click in silence, which can leave the network deaf for the rest of a recording", async () => {
    const speech = join(folder, "click-source.pcm");
    await decode({ path: join(root, "models/apollo-13.wav"), pcmPath: speech, ffmpegPath: null }, never, () => {});
    const alone = await findSpeech(speech, modelPath, never, () => {});
    // A chunk of text read as sound, as a badly cut wav file has it, and two seconds of digital silence.
    const click = Buffer.from("LIST\x1a\0\0\0INFOISFT\x0e\0\0\0Lavf59.27.100\0data\0\xa6\x0e\0", "latin1");
    const piece = Buffer.concat([click, await readFile(speech), Buffer.alloc(2 * 32_000)]);
    const pcmPath = join(folder, "clicks.pcm");
    await writeFile(pcmPath, Buffer.concat([piece, piece, piece, piece]));
    const seconds = (spans: readonly { start: number; end: number }[]) =>
      spans.reduce((sum, { start, end }) => sum + (end - start) / 16_000, 0);
    const all = await findSpeech(pcmPath, modelPath, never, () => {});
    expect(seconds(all)).toBeGreaterThan(4 * 0.9 * seconds(alone));
  });

  it("finds in a part what it finds in the same sound on its own, at its place", async () => {
    const whole = join(folder, "parts.pcm");
    await decode({ path: join(root, "models/apollo-13.wav"), pcmPath: whole, ffmpegPath: null }, never, () => {});
    const part = { start: 5 * 16_000 + 7, end: 18 * 16_000 };
    const alone = join(folder, "part.pcm");
    await writeFile(alone, (await readFile(whole)).subarray(part.start * 2, part.end * 2));
    const expected = await findSpeech(alone, modelPath, never, () => {});
    expect(expected.length).toBeGreaterThan(0);
    const found = await findSpeech(whole, modelPath, never, () => {}, part);
    expect(found).toEqual(expected.map(({ start, end }) => ({ start: start + part.start, end: end + part.start })));
    expect(await findSpeech(whole, modelPath, never, () => {}, { start: 9e6, end: 9e7 })).toEqual([]);
  });

  it("finds speech after half a minute of silence, at its place", async () => {
    const speech = join(folder, "sample.pcm");
    await decode({ path: join(root, "models/apollo-13.wav"), pcmPath: speech, ffmpegPath: null }, never, () => {});
    const alone = await findSpeech(speech, modelPath, never, () => {});
    const pcmPath = join(folder, "late.pcm");
    await writeFile(pcmPath, Buffer.concat([Buffer.alloc(30 * 32_000), await readFile(speech)]));
    const late = await findSpeech(pcmPath, modelPath, never, () => {});
    expect(Math.abs(late.at(-1)!.start - alone.at(-1)!.start - 30 * 16_000)).toBeLessThan(4000);
    expect(late[0]!.start).toBeGreaterThan(30 * 16_000);
  });

  it.skipIf(!hasData).each(["noise/noise1.wav", "noise/noise5.wav"])("finds none in %s", async (name) => {
    expect(await inFile(join(data, name))).toEqual([]);
  });

  it
    .skipIf(!hasData)
    .each([
      "jfk/jfk.wav",
      "cards/001.wav",
      "cards/004.wav",
      "vctk-noisy/p287_002_noisy.wav",
      "asterisk/en_vm-options.wav",
    ])("finds speech in %s", async (name) => {
    expect((await inFile(join(data, name))).length).toBeGreaterThan(0);
  });

  it("says when the network is missing", async () => {
    const pcmPath = join(folder, "short.pcm");
    await writeFile(pcmPath, pcmBytes(silence(1)));
    await expect(findSpeech(pcmPath, join(folder, "no.onnx"), never, () => {})).rejects.toMatchObject({
      code: "model.missing",
    });
  });

  it("refuses another file as the network", async () => {
    const pcmPath = join(folder, "short.pcm");
    await writeFile(pcmPath, pcmBytes(silence(1)));
    await expect(findSpeech(pcmPath, pcmPath, never, () => {})).rejects.toMatchObject({ code: "engine.failed" });
  });

  it("leaves nothing on the machine: the runtime's telemetry is off", async () => {
    const pcmPath = join(folder, "short.pcm");
    await writeFile(pcmPath, pcmBytes(silence(1)));
    const home = join(folder, "home");
    await mkdir(home);
    const script = `
      const { findSpeech } = await import(${JSON.stringify(new URL("find-speech.ts", import.meta.url).href)});
      const [pcmPath, modelPath] = process.argv.slice(1);
      const spans = await findSpeech(pcmPath, modelPath, new AbortController().signal, () => {});
      console.log(spans.length);`;
    // No more than a process needs: CI and the like would switch the telemetry off by themselves.
    const folders = ["HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA", "TMPDIR", "TEMP", "TMP"];
    const { PATH, SystemRoot } = process.env;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", script, pcmPath, modelPath],
      { env: { PATH, SystemRoot, ...Object.fromEntries(folders.map((name) => [name, home])) } },
    );
    expect(stdout).toBe("0\n");
    expect(await readdir(home, { recursive: true })).toEqual([]);
  });

  it("stops when cancelled", async () => {
    const pcmPath = join(folder, "cancel.pcm");
    await writeFile(pcmPath, pcmBytes(silence(60)));
    const controller = new AbortController();
    await expect(findSpeech(pcmPath, modelPath, controller.signal, () => controller.abort())).rejects.toMatchObject({
      code: "cancelled",
    });
  });
});

describe("readEnergy", () => {
  it("is the root mean square per frame", async () => {
    const pcmPath = join(folder, "energy.pcm");
    await writeFile(pcmPath, Buffer.concat([pcmBytes(silence(0.5)), pcmBytes(tone(0.5, 500, 16_000, 0.5))]));
    const energy = await readEnergy(pcmPath, { start: 4000, end: 12_160 }, 320);
    expect(energy.length).toBe(26);
    expect(energy.slice(0, 12).every((value) => value === 0)).toBe(true);
    for (const value of energy.slice(13, 25)) expect(value).toBeCloseTo(0.5 / Math.SQRT2, 2);
  });
});

async function inFile(path: string) {
  const pcmPath = join(folder, "in.pcm");
  await decode({ path, pcmPath, ffmpegPath: null }, never, () => {});
  return findSpeech(pcmPath, modelPath, never, () => {});
}
