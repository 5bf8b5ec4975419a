import { randomUUID } from "node:crypto";
import type { GenerateRequest, Generation, LanguageModel } from "../agent/ports.ts";
import { llmWorkerEntry } from "../engines/entries.ts";
import type { Result } from "../shared/contract.ts";
import { llmContract } from "../shared/llm-contract.ts";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import { EngineProcess } from "./engine-process.ts";

export interface LlmEngineOptions {
  readonly model: InstalledModel;
  readonly device: DeviceChoice;
  readonly threads: number;
  /** The context to ask for; the model's own limit may make it smaller. */
  readonly contextTokens: number;
  /** Where the computed state of the system text may be kept for the next start; without it nothing is kept. */
  readonly stateFolder?: string;
  readonly nodePath: string;
  readonly onLog: (line: string) => void;
  readonly onNotice: (sentence: string) => void;
}

/** A chat model in its own process, as the agent loop wants it. Loads at `open`, and again by itself after a crash. */
export class LlmEngine implements LanguageModel {
  readonly options: LlmEngineOptions;
  readonly process: EngineProcess<typeof llmContract>;
  #loaded: Result<typeof llmContract, "load"> | undefined;

  private constructor(options: LlmEngineOptions) {
    this.options = options;
    this.process = new EngineProcess({
      name: `language model ${options.model.name}`,
      entry: llmWorkerEntry,
      contract: llmContract,
      nodePath: options.nodePath,
      onLog: options.onLog,
      onCrash: options.onNotice,
      prepare: async (client) => {
        const { model, device, threads, contextTokens, stateFolder } = options;
        const states = stateFolder === undefined ? {} : { states: { folder: stateFolder, modelSha256: model.sha256 } };
        this.#loaded = await client.call("load", { modelPath: model.path, device, threads, contextTokens, ...states });
        if (this.#loaded.notice !== null) options.onNotice(this.#loaded.notice);
      },
    });
  }

  /** Starts the process and loads the model. Rejects with the worker's error; nothing is left running then. */
  static async open(options: LlmEngineOptions): Promise<LlmEngine> {
    const engine = new LlmEngine(options);
    try {
      await engine.process.start();
      return engine;
    } catch (error) {
      await engine.process.dispose();
      throw error;
    }
  }

  /** What the worker said when it loaded: engine version, device, notice. */
  get loaded(): Result<typeof llmContract, "load"> {
    if (this.#loaded === undefined) throw new Error("the model is not loaded");
    return this.#loaded;
  }

  get contextTokens(): number {
    return this.loaded.contextTokens;
  }

  get toolTemplate(): boolean {
    return this.loaded.toolTemplate;
  }

  async countPrompt(messages: Parameters<LanguageModel["countPrompt"]>[0], signal: AbortSignal): Promise<number> {
    return (await this.process.call("countPrompt", { messages: [...messages] }, signal)).tokens;
  }

  async generate(request: GenerateRequest, signal: AbortSignal, onText: (text: string) => void): Promise<Generation> {
    const generationId = randomUUID();
    const stop = this.process.on("text", (piece) => {
      if (piece.generationId === generationId) onText(piece.text);
    });
    try {
      const { messages, tools, ...rest } = request;
      return await this.process.call(
        "generate",
        { generationId, messages: [...messages], ...(tools === undefined ? {} : { tools: [...tools] }), ...rest },
        signal,
      );
    } finally {
      stop();
    }
  }

  async score(
    messages: Parameters<LanguageModel["score"]>[0],
    assistantPrefix: string,
    continuations: readonly string[],
    signal: AbortSignal,
  ): ReturnType<LanguageModel["score"]> {
    const params = { messages: [...messages], assistantPrefix, continuations: [...continuations] };
    return (await this.process.call("score", params, signal)).scores;
  }

  dispose(): Promise<void> {
    return this.process.dispose();
  }
}
