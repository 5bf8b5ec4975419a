import { rm } from "node:fs/promises";
import { join } from "node:path";
import { IndoorsError } from "../shared/errors.ts";
import type { InstalledModel } from "../shared/model.ts";
import { pcmSampleRate } from "../shared/speech.ts";
import { AudioEngine } from "./audio-engine.ts";
import { LlmEngine } from "./llm-engine.ts";
import { SpeechProcess } from "./speech-engine.ts";
import { writeTestTone } from "./test-tone.ts";

export interface SmokeTestOptions {
  readonly nodePath: string;
  readonly enginesFolder: string;
  readonly workFolder: string;
  readonly onLog: (line: string) => void;
  /** Time for the work itself, without loading, after which a model counts as hanging. Default one minute. */
  readonly limitMs?: number;
}

/**
 * Loads a model and makes it work for a moment: a chat model writes a few words, a speech model hears two seconds of
 * tone, a voice model looks for speech in them. Rejects with the engine's sentence when it cannot.
 */
export async function smokeTest(model: InstalledModel, options: SmokeTestOptions, signal: AbortSignal): Promise<void> {
  const { nodePath, enginesFolder, workFolder, onLog } = options;
  const common = { model, device: "cpu" as const, threads: 1, nodePath, enginesFolder, onLog, onNotice: onLog };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(options.limitMs ?? 60_000)]);
  const pcmPath = join(workFolder, `smoke-${process.pid}.pcm`);
  const audio = { pcmPath, durationMs: 2000 };
  try {
    await writeTestTone(pcmPath, 2000);
    switch (model.role) {
      case "chat":
      case "embedding": {
        const engine = await LlmEngine.open({ ...common, contextTokens: 512 });
        try {
          if (model.role === "embedding") await engine.process.call("embed", { texts: ["a try"] }, limit);
          else {
            const messages = [{ role: "user" as const, text: "Say hello." }];
            await engine.generate({ messages, maxTokens: 4, temperature: 0, seed: 1 }, limit, () => {});
          }
        } finally {
          await engine.dispose();
        }
        return;
      }
      case "speech": {
        const engine = await SpeechProcess.open({ ...common, engine: "transcribe-cpp" });
        try {
          const window = { start: 0, end: 2 * pcmSampleRate };
          await engine.transcribe({ audio, window, language: "en", prompt: "" }, limit);
        } finally {
          await engine.dispose();
        }
        return;
      }
      case "voice-activity": {
        const engine = new AudioEngine({ nodePath, ffmpegPath: null, voiceModelPath: model.path, pcmPath, onLog });
        try {
          await engine.findSpeech(audio, limit, () => {});
        } finally {
          await engine.dispose();
        }
        return;
      }
      case "sample":
        return;
    }
  } catch (error) {
    if (limit.aborted && !signal.aborted) {
      throw new IndoorsError("timeout", "it did not finish a small try in a minute.", {
        limitMs: options.limitMs ?? 60_000,
      });
    }
    throw error;
  } finally {
    await rm(pcmPath, { force: true });
  }
}
