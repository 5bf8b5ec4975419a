import type { RunStatus, Step, StopReason } from "../shared/run.ts";
import type { ToolSpec } from "../shared/tool.ts";
import type { Strategy, TurnLimits } from "./model-turn.ts";
import type { CallPolicy, Clock, LanguageModel, StepLog, ToolRunner, World } from "./ports.ts";

export interface AgentLimits extends TurnLimits {
  /** Moves of the model, repairs included. Past that the run stops with `step-limit`. */
  readonly steps: number;
  /** Calls that may run. Past that the model is only asked to answer. */
  readonly toolCalls: number;
}

export const defaultLimits: AgentLimits = {
  steps: 8,
  toolCalls: 6,
  callTokens: 192,
  answerTokens: 512,
  temperature: 0,
  seed: 1,
};

export const defaultStrategy: Strategy = { choice: "scored", arguments: "constructed" };

export interface AgentRun {
  readonly question: string;
  /** What the people who made the agent say to it: the end of the system text. Empty when they say nothing. */
  readonly prompt: string;
  /** The steps of the agent's earlier runs in this conversation, in order. */
  readonly history: readonly Step[];
  readonly tools: readonly ToolSpec[];
  readonly world: World;
  readonly model: LanguageModel;
  readonly runner: ToolRunner;
  readonly policy: CallPolicy;
  readonly log: StepLog;
  readonly clock: Clock;
  /** Asked after each call: what to end with, when the call has settled the question, as handing it over does. */
  readonly settled?: () => string | undefined;
  readonly limits?: Partial<AgentLimits>;
  /** Only for models without a tool template. */
  readonly strategy?: Strategy;
  /** Gets text as the model writes it; what counts is the `answer` step. Text before a call is not an answer. */
  readonly onText?: (text: string) => void;
  readonly signal: AbortSignal;
}

export type AgentOutcome =
  | { readonly status: Extract<RunStatus, "done">; readonly answer: string }
  | {
      readonly status: Extract<RunStatus, "stopped" | "failed">;
      readonly reason: StopReason;
      readonly message: string;
    };
