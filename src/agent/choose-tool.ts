import type { ChatMessage } from "../shared/llm-contract.ts";
import type { LanguageModel } from "./ports.ts";

export interface Scored {
  readonly option: string;
  /**
   * Mean natural-log probability per token above what the option gets for no question at all, and what else speaks
   * for it. Higher is likelier.
   */
  readonly score: number;
}

/** The text every choice begins with; an option and a closing quote follow. */
export const choicePrefix = '{"tool": "';

const impossible = -1000;

const priors = new WeakMap<LanguageModel, Map<string, readonly number[]>>();

/**
 * Scores the options instead of letting the model write one. A model prefers some names whatever was asked; so what it
 * gives each option for a question without content is taken off (contextual calibration, Zhao et al. 2021,
 * "Calibrate Before Use", arXiv 2102.09690), and the rest is divided by the option's tokens. `evidence` holds the
 * options and what speaks for each besides the model. The prior is remembered per model and set of options. Sorted,
 * likeliest first.
 */
export async function chooseTool(
  model: LanguageModel,
  messages: readonly ChatMessage[],
  neutral: readonly ChatMessage[],
  evidence: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<readonly Scored[]> {
  const options = [...evidence.keys()];
  const continuations = options.map((option) => `${option}"`);
  const known = priors.get(model) ?? new Map<string, readonly number[]>();
  priors.set(model, known);
  const key = JSON.stringify([neutral, options]);
  let prior = known.get(key);
  if (prior === undefined) {
    const scores = await model.score(neutral, choicePrefix, continuations, signal);
    prior = scores.map((score) => score.logProbability);
    known.set(key, prior);
  }
  const scores = await model.score(messages, choicePrefix, continuations, signal);
  return options
    .map((option, index) => {
      const { logProbability = -Infinity, tokens = 1 } = scores[index] ?? {};
      const above = (logProbability - (prior[index] ?? 0)) / Math.max(1, tokens);
      // An option the model holds for impossible must still be a number that can be stored.
      return { option, score: (Number.isFinite(above) ? above : impossible) + (evidence.get(option) ?? 0) };
    })
    .sort((one, other) => other.score - one.score);
}
