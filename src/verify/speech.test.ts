import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hum, music, pcmBytes, pinkNoise, silence, whiteNoise } from "../engines/audio/testing/test-signals.ts";
import { wavBytes } from "../engines/speech/wav-bytes.ts";
import { errorRate, normaliseForComparison, wordErrors } from "../speech/word-error-rate.ts";
import { type SpeechRig, startSpeechRig } from "./speech-rig.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const data = join(root, "../shared/data/speech");
const hasData = existsSync(data);
if (!hasData)
  console.warn(
    "skipped: ../shared/data is not here: real noise and known words are not tested, the sample recording is",
  );

let rig: SpeechRig;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "indoors-pipeline-"));
  rig = await startSpeechRig({
    engine: "transcribe-cpp",
    modelPath: join(root, "models/ggml-tiny.bin"),
    voiceActivityPath: join(root, "models/silero-vad-v6.onnx"),
    threads: 1,
  });
}, 60_000);
afterAll(async () => {
  await rig.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe("the pipeline from file to words", { timeout: 60_000 }, () => {
  it.each([
    ["silence", silence],
    ["white noise", whiteNoise],
    ["pink noise", pinkNoise],
    ["hum", hum],
    ["music", music],
  ])("invents no words for %s", async (name, make) => {
    const path = join(folder, `${name}.wav`);
    await writeFile(path, wavBytes(pcmBytes(make(40))));
    expect(await rig.transcribe(path)).toMatchObject({ segments: [], text: "", durationMs: 40_000, speechMs: 0 });
  });

  it.skipIf(!hasData).each(["noise1.wav", "noise5.wav"])("invents no words for %s", async (name) => {
    expect((await rig.transcribe(join(data, "noise", name))).text).toBe("");
  });

  it("hears the sample recording, in order", async () => {
    const { segments, text, language } = await rig.transcribe(join(root, "models/apollo-13.wav"));
    expect(language).toBe("en");
    expect(text).toMatch(/problem/iu);
    expect(segments.length).toBeGreaterThan(2);
    for (const [index, segment] of segments.entries()) {
      expect(segment.startMs).toBeGreaterThanOrEqual(segments[index - 1]?.endMs ?? 0);
      expect(segment.endMs).toBeLessThanOrEqual(30_010);
    }
  });

  it.skipIf(!hasData).each(["jfk.wav", "jfk.flac", "jfk.mp3"])("hears %s word for word", async (name) => {
    const { text } = await rig.transcribe(join(data, "jfk", name), { language: "en" });
    const reference =
      "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.";
    const errors = wordErrors(normaliseForComparison(reference), normaliseForComparison(text));
    expect(errorRate(errors)).toBeLessThan(0.05);
  });
});
