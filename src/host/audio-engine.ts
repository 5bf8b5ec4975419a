import { readEnergy } from "../engines/audio/pcm-energy.ts";
import { audioWorkerEntry } from "../engines/entries.ts";
import { audioContract } from "../shared/audio-contract.ts";
import type { Span } from "../shared/speech.ts";
import type { AudioDecoder, DecodedAudio, EnergyReader, VoiceActivity } from "../speech/ports.ts";
import { EngineProcess } from "./engine-process.ts";

export interface AudioEngineOptions {
  readonly nodePath: string;
  readonly ffmpegPath: string | null;
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

  /** As the port says; besides, what the file is and what was wrong with it although it was decoded. */
  async decode(
    path: string,
    signal: AbortSignal,
    onProgress: (share: number) => void,
  ): Promise<DecodedAudio & { readonly format: string; readonly notice: string | null }> {
    const { pcmPath, ffmpegPath } = this.#options;
    const { durationMs, format, notice } = await this.#withProgress(onProgress, () =>
      this.#process.call("decode", { path, pcmPath, ffmpegPath }, signal),
    );
    return { pcmPath, durationMs, format, notice };
  }

  async findSpeech(audio: DecodedAudio, signal: AbortSignal, onProgress: (share: number) => void) {
    const modelPath = this.#options.voiceModelPath;
    const { spans } = await this.#withProgress(onProgress, () =>
      this.#process.call("findSpeech", { pcmPath: audio.pcmPath, modelPath }, signal),
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
