import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import { pcmSampleRate, type SpeechEngineName } from "../shared/speech.ts";
import { AudioEngine } from "./audio-engine.ts";
import { calibrateThreads } from "./calibrate-threads.ts";
import { describeCpu } from "./cpu.ts";
import type { EngineFacts } from "./engine-facts.ts";
import { checkGgmlFile } from "./ggml-file.ts";
import { SpeechProcess } from "./speech-engine.ts";
import { writeTestTone } from "./test-tone.ts";

export interface MeasureSpeechOptions {
  readonly engine: SpeechEngineName;
  readonly model: InstalledModel;
  readonly device: DeviceChoice;
  readonly nodePath: string;
  readonly enginesFolder: string;
  readonly workFolder: string;
  /** The sample recording; without it a tone stands in, which exercises the encoder only. */
  readonly samplePath: string;
  readonly voiceModelPath: string;
  readonly onLog: (line: string) => void;
}

/** Finds the thread count at which the engine transcribes ten seconds fastest. Takes some seconds. */
export async function measureSpeech(options: MeasureSpeechOptions): Promise<EngineFacts> {
  const { model, onLog } = options;
  const pcmPath = join(options.workFolder, `calibrate-${process.pid}-${options.engine}.pcm`);
  const audioEngine = new AudioEngine({ ...options, ffmpegPath: null, pcmPath });
  const signal = new AbortController().signal;
  try {
    if (await stat(options.samplePath).catch(() => null))
      await audioEngine.decode(options.samplePath, signal, () => {});
    else await writeTestTone(pcmPath, 10_000);
    const audio = { pcmPath, durationMs: 10_000 };
    const window = { start: 0, end: 10 * pcmSampleRate };
    const multilingual = await isMultilingual(model);
    let first = true;
    let loaded: SpeechProcess["loaded"] | undefined;
    const { best, all } = await calibrateThreads(describeCpu().cores, async (threads) => {
      const speech = await SpeechProcess.open({ ...options, threads, onNotice: onLog });
      try {
        loaded = speech.loaded;
        const request = { audio, window, language: "en", prompt: "" };
        // The first run fills caches and page tables.
        if (first) await speech.transcribe(request, signal);
        first = false;
        const startedAt = performance.now();
        await speech.transcribe(request, signal);
        return 10_000 / (performance.now() - startedAt);
      } finally {
        await speech.dispose();
      }
    });
    if (loaded === undefined) throw new Error("nothing was measured");
    return {
      engineVersion: loaded.engineVersion,
      device: describeDevice(loaded.device),
      notice: loaded.notice,
      threads: best.threads,
      speeds: [...all],
      multilingual,
    };
  } finally {
    await audioEngine.dispose();
    await rm(pcmPath, { force: true });
  }
}

/** A device in words: "cpu (Intel Xeon)". */
export function describeDevice(device: { readonly kind: string; readonly name: string }): string {
  return device.name === "" || device.name.toLowerCase() === device.kind
    ? device.kind
    : `${device.kind} (${device.name})`;
}

/** False for a speech model that knows English only. */
export async function isMultilingual({ path, format }: InstalledModel): Promise<boolean> {
  if (format !== "ggml") return true;
  const check = await checkGgmlFile(path);
  return !check.ok || check.model.multilingual;
}
