import type { ChatMessage, JsonSchema } from "../shared/llm-contract.ts";
import type { Decision, GenerationTiming, Step } from "../shared/run.ts";
import type { ToolCall, ToolOutcome } from "../shared/tool.ts";

/** What the loop needs of the world. The host implements these; tests script them. */

export interface GenerateRequest {
  readonly messages: readonly ChatMessage[];
  readonly schema?: JsonSchema;
  readonly tools?: readonly { readonly name: string; readonly description: string; readonly parameters: JsonSchema }[];
  readonly assistantPrefix?: string;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
}

export interface Generation {
  readonly text: string;
  readonly calls: readonly { readonly name: string; readonly arguments: unknown }[];
  readonly stop: "end" | "max-tokens" | "calls";
  readonly timing: GenerationTiming;
}

export interface LanguageModel {
  /** Tokens that prompt and answer may take together. */
  readonly contextTokens: number;
  /** True when the model's own template carries tools; false: calls are held to a grammar. */
  readonly toolTemplate: boolean;
  countPrompt(messages: readonly ChatMessage[], signal: AbortSignal): Promise<number>;
  /** `onText` gets the text as it is written. Rejects with `cancelled`, `engine.crashed`, `engine.failed`. */
  generate(request: GenerateRequest, signal: AbortSignal, onText: (text: string) => void): Promise<Generation>;
  score(
    messages: readonly ChatMessage[],
    assistantPrefix: string,
    continuations: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly { readonly logProbability: number; readonly tokens: number }[]>;
}

export interface ToolRunner {
  /**
   * Runs one call in a worker. Expected failures are outcomes; rejects only with `cancelled` or a bug. After an outcome
   * with the code `audit.unwritable` the run ends.
   */
  run(call: ToolCall, signal: AbortSignal): Promise<ToolOutcome>;
}

/**
 * Says whether a call may run. Pending approval is inside: it resolves when the user has answered. Rejects with
 * `audit.unwritable` when the decision cannot be recorded; the run ends then.
 */
export interface CallPolicy {
  decide(call: ToolCall, signal: AbortSignal): Promise<Decision>;
}

export interface StepLog {
  /** Resolves once the step is stored. Nobody hears of a step before that. */
  append(step: Step): Promise<void>;
}

export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
}

/** What exists in this turn: the things a call can be about. */
export interface World {
  /** Paths inside the grants as the model may name them: `<grant>/<path>`; folders end with `/`. Most likely first. */
  paths(signal: AbortSignal): Promise<readonly string[]>;
  recordings(signal: AbortSignal): Promise<readonly { readonly id: string; readonly name: string }[]>;
  /** ISO day, 2026-11-23. */
  readonly today: string;
}
