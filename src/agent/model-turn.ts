import type { ChatMessage } from "../shared/llm-contract.ts";
import type { GenerationTiming } from "../shared/run.ts";
import type { ToolSpec } from "../shared/tool.ts";
import { cancellable } from "./cancellable.ts";
import type { Scored } from "./choose-tool.ts";
import type { GenerateRequest, Generation, LanguageModel } from "./ports.ts";
import type { Move } from "./prompt.ts";
import { fromEngine } from "./stop-run.ts";
import type { Existing } from "./turn-schema.ts";

/** How a model without a tool template is asked. What measures best is the default of the loop. */
export interface Strategy {
  /** Score the tool names, or let the model write the whole turn. */
  readonly choice: "scored" | "sampled";
  /** Arguments made of what exists, or held to their types only. */
  readonly arguments: "constructed" | "free";
}

export interface TurnLimits {
  readonly callTokens: number;
  readonly answerTokens: number;
  readonly temperature: number;
  readonly seed: number;
}

/** One move of the model, for `grammarTurn` and `templateTurn`. */
export interface TurnRequest {
  readonly model: LanguageModel;
  readonly question: string;
  /** The tools that can be called now; empty when only an answer is wanted. */
  readonly tools: readonly ToolSpec[];
  /** What exists, for arguments valid by construction; undefined for free ones. */
  readonly existing: Existing | undefined;
  readonly strategy: Strategy;
  /** The prompt for a move, made to fit beside `replyTokens`. */
  readonly prompt: (move: Move, replyTokens: number) => Promise<readonly ChatMessage[]>;
  /** The same prompt with a question that says nothing, for calibration. */
  readonly neutral: readonly ChatMessage[];
  readonly limits: TurnLimits;
  readonly onText: (text: string) => void;
  readonly signal: AbortSignal;
}

export type ModelTurn =
  | {
      readonly kind: "calls";
      readonly calls: readonly { readonly tool: string; readonly arguments: Readonly<Record<string, unknown>> }[];
      readonly timing: GenerationTiming;
      readonly choice?: readonly Scored[];
    }
  | { readonly kind: "answer"; readonly text: string; readonly timing: GenerationTiming }
  | { readonly kind: "malformed"; readonly text: string; readonly error: string; readonly timing: GenerationTiming };

/** Lets the model write, and gives up at once when the signal fires. */
export function write(
  request: TurnRequest,
  what: Pick<GenerateRequest, "messages" | "maxTokens" | "schema" | "tools">,
  onText: (text: string) => void,
): Promise<Generation> {
  const { model, limits, signal } = request;
  const full = { ...what, temperature: limits.temperature, seed: limits.seed };
  return fromEngine(cancellable(() => model.generate(full, signal, onText), signal));
}

/** The turn for plain text: the answer, or malformed when it is empty. A text that ran out of tokens is marked. */
export function answerOf(generation: Generation): ModelTurn {
  const { timing } = generation;
  const text = generation.text.trim();
  if (text === "") return { kind: "malformed", text: "", error: "The reply was empty.", timing };
  return { kind: "answer", text: generation.stop === "max-tokens" ? `${text} […]` : text, timing };
}
