import { readEnergy } from "../engines/audio/pcm-energy.ts";
import { audioWorkerEntry } from "../engines/entries.ts";
import { audioContract } from "../shared/audio-contract.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { Span } from "../shared/speech.ts";
import type { AudioDecoder, DecodedAudio, EnergyReader, VoiceActivity } from "../speech/ports.ts";
import type { DecodedFile, DesktopDecoder } from "./desktop-decoder.ts";
import { EngineProcess } from "./engine-process.ts";

export interface AudioEngineOptions {
  readonly nodePath: string;
  readonly ffmpegPath: string | null;
  /** Decodes what needs no ffmpeg then; without it ffmpeg does. */
  readonly desktop?: DesktopDecoder | null;
  readonly voiceModelPath: string;
  /** Where the decoded audio goes. */
  readonly pcmPath: string;
  readonly onLog: (line: string) => void;
}

/** Decoding and voice activity in a process of their own: recordings are untrusted input. One per transcription. */
export class AudioEngine implements AudioDecoder, VoiceActivity, EnergyReader {
  readonly #options: AudioEngineOptions;
  readonly #process: EngineProcess<typeof audioContract>;

  constructor(options: AudioEngineOptions) {
    this.#options = options;
    this.#process = new EngineProcess({
      name: "audio decoder",
      entry: audioWorkerEntry,
      contract: audioContract,
      nodePath: options.nodePath,
      onLog: options.onLog,
      onCrash: options.onLog,
    });
  }

  /**
   * As the port says; besides, what the file is and what was wrong with it although it was decoded. What has no decoder
   * of ours the desktop decodes in its sealed window where there is one, and the system's ffmpeg only after that.
   */
  async decode(path: string, signal: AbortSignal, onProgress: (share: number) => void): Promise<DecodedFile> {
    const { pcmPath, ffmpegPath, desktop = null } = this.#options;
    const byFfmpeg = () => this.#decodeHere(path, ffmpegPath, signal, onProgress);
    if (desktop === null) return await byFfmpeg();
    const needs = await this.#decodeHere(path, null, signal, onProgress).catch(unlessOutside);
    if ("format" in needs) return needs;
    if (needs.desktop) {
      try {
        return await desktop.decode(path, pcmPath, signal, onProgress);
      } catch (thrown) {
        // A codec that Chromium has not, such as Apple's lossless one.
        const undecodable = thrown instanceof IndoorsError && thrown.code === "audio.undecodable";
        if (!undecodable || ffmpegPath === null) throw thrown;
      }
    }
    return await byFfmpeg();
  }

  async #decodeHere(
    path: string,
    ffmpegPath: string | null,
    signal: AbortSignal,
    onProgress: (share: number) => void,
  ): Promise<DecodedFile> {
    const { pcmPath } = this.#options;
    const { durationMs, format, notice } = await this.#withProgress(onProgress, () =>
      this.#process.call("decode", { path, pcmPath, ffmpegPath }, signal),
    );
    return { pcmPath, durationMs, format, notice };
  }

  /** As the port says; with `part`, in that alone. Its spans are samples from the start of the file all the same. */
  async findSpeech(
    audio: Pick<DecodedAudio, "pcmPath">,
    signal: AbortSignal,
    onProgress: (share: number) => void,
    part: Span | null = null,
  ) {
    const modelPath = this.#options.voiceModelPath;
    const { spans } = await this.#withProgress(onProgress, () =>
      this.#process.call("findSpeech", { pcmPath: audio.pcmPath, modelPath, part }, signal),
    );
    return spans;
  }

  async energy(audio: DecodedAudio, span: Span, frameSamples: number): Promise<readonly number[]> {
    return await readEnergy(audio.pcmPath, span, frameSamples);
  }

  dispose(): Promise<void> {
    return this.#process.dispose();
  }

  async #withProgress<T>(onProgress: (share: number) => void, work: () => Promise<T>): Promise<T> {
    const stop = this.#process.on("progress", ({ done, total }) => onProgress(total > 0 ? done / total : 0));
    try {
      return await work();
    } finally {
      stop();
    }
  }
}

/** Passes a failure on, but for that of a format which only others can decode. */
function unlessOutside(thrown: unknown): { readonly desktop: boolean } {
  if (!(thrown instanceof IndoorsError) || thrown.code !== "audio.decoder-missing") throw thrown;
  return { desktop: (thrown.data as { readonly desktop?: unknown } | undefined)?.desktop === true };
}
