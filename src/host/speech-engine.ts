import { speechWorkerEntries } from "../engines/entries.ts";
import type { Result } from "../shared/contract.ts";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import { speechContract } from "../shared/speech-contract.ts";
import type { SpeechEngineName } from "../shared/speech.ts";
import type { SpeechEngine, WindowRequest } from "../speech/ports.ts";
import { EngineProcess } from "./engine-process.ts";

export interface SpeechProcessOptions {
  readonly engine: SpeechEngineName;
  readonly model: InstalledModel;
  readonly device: DeviceChoice;
  readonly threads: number;
  readonly nodePath: string;
  readonly enginesFolder: string;
  readonly onLog: (line: string) => void;
  readonly onNotice: (sentence: string) => void;
}

/** A speech model in its own process, as the transcription pipeline wants it. Loads again by itself after a crash. */
export class SpeechProcess implements SpeechEngine {
  readonly options: SpeechProcessOptions;
  readonly #process: EngineProcess<typeof speechContract>;
  #loaded: Result<typeof speechContract, "load"> | undefined;

  private constructor(options: SpeechProcessOptions) {
    this.options = options;
    this.#process = new EngineProcess({
      name: `speech engine ${options.engine}`,
      entry: speechWorkerEntries[options.engine],
      contract: speechContract,
      nodePath: options.nodePath,
      env: { INDOORS_ENGINES: options.enginesFolder },
      onLog: options.onLog,
      onCrash: options.onNotice,
      prepare: async (client) => {
        const { model, device, threads } = options;
        this.#loaded = await client.call("load", { modelPath: model.path, device, threads });
        if (this.#loaded.notice !== null) options.onNotice(this.#loaded.notice);
      },
    });
  }

  /** Starts the process and loads the model. Rejects with the worker's error; nothing is left running then. */
  static async open(options: SpeechProcessOptions): Promise<SpeechProcess> {
    const speech = new SpeechProcess(options);
    try {
      await speech.#process.start();
      return speech;
    } catch (error) {
      await speech.#process.dispose();
      throw error;
    }
  }

  get loaded(): Result<typeof speechContract, "load"> {
    if (this.#loaded === undefined) throw new Error("the model is not loaded");
    return this.#loaded;
  }

  async transcribe(request: WindowRequest, signal: AbortSignal) {
    const { audio, window, language, prompt } = request;
    const params = { pcmPath: audio.pcmPath, start: window.start, end: window.end, language, prompt };
    return await this.#process.call("transcribe", params, signal);
  }

  dispose(): Promise<void> {
    return this.#process.dispose();
  }
}
