import type { TokenMeter } from "node-llama-cpp";
import type { GenerationTiming } from "../../shared/run.ts";

/** Times one call of the model; tokens come from the engine's own meter. */
export class Stopwatch {
  readonly #meter: TokenMeter;
  readonly #begun = performance.now();
  readonly #input: number;
  readonly #output: number;
  #prompt = { tokens: 0, evaluated: 0 };
  #firstToken: number | undefined;

  constructor(meter: TokenMeter) {
    this.#meter = meter;
    this.#input = meter.usedInputTokens;
    this.#output = meter.usedOutputTokens;
  }

  /** The prompt is evaluated up to its last token, which is evaluated together with the first sampling. */
  promptDone(tokens: number): void {
    this.#prompt = { tokens, evaluated: this.#meter.usedInputTokens - this.#input + 1 };
  }

  tokenDone(): void {
    this.#firstToken ??= performance.now();
  }

  /** `generatedTokens` counts every sampling, the end-of-turn token included. */
  timing(): GenerationTiming {
    const now = performance.now();
    return {
      promptTokens: this.#prompt.tokens,
      evaluatedTokens: this.#prompt.evaluated,
      generatedTokens: this.#meter.usedOutputTokens - this.#output,
      firstTokenMs: (this.#firstToken ?? now) - this.#begun,
      totalMs: now - this.#begun,
    };
  }
}
