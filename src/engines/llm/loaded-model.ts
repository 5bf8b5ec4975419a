import {
  InsufficientMemoryError,
  type LlamaContext,
  type LlamaContextSequence,
  type LlamaEmbeddingContext,
  type LlamaModel,
  type Token,
} from "node-llama-cpp";
import { basename } from "node:path";
import { IndoorsError, messageOf, throwIfCancelled } from "../../shared/errors.ts";
import type { Backend } from "./backend.ts";
import { ChatFormat, type Prompt } from "./chat-format.ts";
import { GrammarCache } from "./held-grammar.ts";
import type { ModelFacts } from "./inspect-model.ts";
import { PrefixStates } from "./prefix-states.ts";

/** Prompt tokens between two looks at the abort signal. Smaller steps hear an abort sooner and compute slower. */
const promptStep = { cpu: 64, gpu: 512 } as const;
/** A shorter beginning is faster computed than read. */
const smallestSavedPrefix = 64;
/** The library needs this room at the end of the context; without it, it would begin to forget the conversation. */
const spareTokens = 2;

export interface LoadOptions {
  readonly modelPath: string;
  readonly threads: number;
  readonly contextTokens: number;
  /** Where computed prefixes are kept; null: nowhere. `key` names everything they depend on. */
  readonly states: { readonly folder: string; readonly key: string } | null;
}

/** One model in memory with one context and one sequence in it. Its owner calls `dispose`. */
export class LoadedModel {
  readonly model: LlamaModel;
  readonly sequence: LlamaContextSequence;
  readonly format: ChatFormat;
  readonly grammars: GrammarCache;
  readonly threads: number;
  readonly #context: LlamaContext;
  readonly #name: string;
  readonly #step: number;
  readonly #states: PrefixStates | null;
  #embedding: Promise<LlamaEmbeddingContext> | undefined;

  private constructor(model: LlamaModel, context: LlamaContext, options: LoadOptions) {
    this.model = model;
    this.#context = context;
    this.sequence = context.getSequence();
    this.format = new ChatFormat(model);
    this.grammars = new GrammarCache(model.llama);
    this.threads = options.threads;
    this.#name = basename(options.modelPath);
    this.#step = model.llama.gpu === false ? promptStep.cpu : promptStep.gpu;
    this.#states = options.states === null ? null : new PrefixStates(options.states.folder, options.states.key);
  }

  /**
   * Loads a model that `inspectModel` has passed.
   * @throws IndoorsError `memory.too-small` with data {haveBytes, needBytes}, `engine.failed`, `cancelled`.
   */
  static async load(
    backend: Backend,
    facts: ModelFacts,
    options: LoadOptions,
    signal: AbortSignal,
  ): Promise<LoadedModel> {
    const { llama } = backend;
    const { modelPath, threads } = options;
    const contextSize = Math.min(options.contextTokens, facts.trainedContextTokens || options.contextTokens);
    const haveBytes = process.availableMemory();
    if (llama.gpu === false && facts.needBytes > haveBytes) throw tooSmall(modelPath, facts.needBytes, haveBytes);
    // Both limits are needed: with more threads than cores the engine slows down tenfold and more.
    llama.maxThreads = threads;
    let model: LlamaModel | undefined;
    try {
      model = await llama.loadModel({
        modelPath,
        gpuLayers: llama.gpu === false ? 0 : { fitContext: { contextSize } },
        loadSignal: signal,
      });
      const context = await model.createContext({ contextSize, threads, sequences: 1, createSignal: signal });
      return new LoadedModel(model, context, options);
    } catch (thrown) {
      await model?.dispose();
      throwIfCancelled(signal);
      if (thrown instanceof InsufficientMemoryError) throw tooSmall(modelPath, facts.needBytes, haveBytes);
      throw new IndoorsError(
        "engine.failed",
        `${basename(modelPath)} could not be loaded: ${messageOf(thrown)}. Check the file with 'models verify'.`,
      );
    }
  }

  get contextTokens(): number {
    return this.#context.contextSize;
  }

  /**
   * Puts the sequence into the state just before the last of `tokens`: what it already holds of them is reused, the
   * rest is evaluated in small steps, so that an abort is heard. Nothing is ever shifted or forgotten.
   * @throws IndoorsError `input.invalid` when the prompt leaves no room, `cancelled`.
   */
  async prepare(prompt: Prompt, tokens: readonly Token[], signal: AbortSignal): Promise<void> {
    if (this.roomAfter(tokens) < 1) {
      throw new IndoorsError(
        "input.invalid",
        `The text is too long: it takes ${tokens.length} tokens and ${this.#name} holds ${this.contextTokens}. ` +
          "Shorten it, or load the model with a larger context.",
        { promptTokens: tokens.length, contextTokens: this.contextTokens },
      );
    }
    const prefix = this.#states === null ? [] : this.#systemPrefix(prompt, tokens);
    const reused = this.sequence.compareContextTokens(tokens.slice()).firstDifferentIndex;
    if (this.#states !== null && prefix.length >= smallestSavedPrefix && reused < prefix.length) {
      if (!(await this.#states.restore(this.sequence, prefix))) {
        await this.#evaluate(prefix, signal);
        await this.#states.save(this.sequence, prefix);
      }
    }
    await this.#evaluate(tokens.slice(0, -1), signal);
  }

  /** How many tokens can be written after a prompt. */
  roomAfter(tokens: readonly Token[]): number {
    return this.contextTokens - tokens.length - spareTokens;
  }

  /** The context for vectors, made when it is first needed. */
  embeddingContext(): Promise<LlamaEmbeddingContext> {
    this.#embedding ??= this.model.createEmbeddingContext({ threads: this.threads });
    this.#embedding.catch(() => (this.#embedding = undefined));
    return this.#embedding;
  }

  async dispose(): Promise<void> {
    await (await this.#embedding?.catch(() => undefined))?.dispose();
    await this.#context.dispose();
    await this.model.dispose();
  }

  async #evaluate(tokens: Token[], signal: AbortSignal): Promise<void> {
    // Without shifting: a shifted state is not the one that the same tokens give when they are evaluated afresh.
    await this.sequence.adaptStateToTokens(tokens, false);
    for (let at = this.sequence.nextTokenIndex; at < tokens.length; at += this.#step) {
      throwIfCancelled(signal);
      await this.sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(at, at + this.#step));
    }
    throwIfCancelled(signal);
  }

  /** The tokens of the prompt that stay the same whatever the user says: system text and tools. */
  #systemPrefix(prompt: Prompt, tokens: readonly Token[]): Token[] {
    const firstOther = prompt.messages.findIndex((message) => message.role !== "system");
    const system = firstOther < 0 ? prompt.messages : prompt.messages.slice(0, firstOther);
    if (system.length === 0) return [];
    const withoutWords = this.format.tokens({ messages: [...system, { role: "user", text: "" }], tools: prompt.tools });
    return tokens.slice(0, commonLength(tokens, withoutWords));
  }
}

/** How many tokens two texts begin with in common. */
export function commonLength(a: readonly Token[], b: readonly Token[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function tooSmall(modelPath: string, needBytes: number, haveBytes: number): IndoorsError {
  const [need, have] = [needBytes, haveBytes].map((bytes) => (bytes / 2 ** 30).toFixed(1));
  return new IndoorsError(
    "memory.too-small",
    `${basename(modelPath)} does not fit into this machine's memory: it needs ${need} GiB and ${have} GiB are free. ` +
      "Choose a smaller model or a smaller context, or close other programs.",
    { haveBytes, needBytes },
  );
}
