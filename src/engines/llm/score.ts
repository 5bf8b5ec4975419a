import type { ControlledEvaluateInputItem, Token } from "node-llama-cpp";
import type { Params, Result } from "../../shared/contract.ts";
import { IndoorsError, throwIfCancelled } from "../../shared/errors.ts";
import type { llmContract } from "../../shared/llm-contract.ts";
import { commonLength, type LoadedModel } from "./loaded-model.ts";

type Request = Params<typeof llmContract, "score">;
type Scores = Result<typeof llmContract, "score">;

/**
 * Natural-log probability of each continuation after the prompt, without sampling anything.
 *
 * Prompt and continuation are tokenised together, because the model never saw them apart; where a token reaches over
 * the boundary, scoring begins before it, at the same place for all continuations, so that they stay comparable.
 * The prompt is evaluated once, and so is every beginning that continuations share.
 * @throws IndoorsError `input.invalid`, `cancelled`.
 */
export async function score(loaded: LoadedModel, request: Request, signal: AbortSignal): Promise<Scores> {
  const { messages, assistantPrefix, continuations } = request;
  if (continuations.includes("")) {
    throw new IndoorsError("input.invalid", "An empty continuation cannot be scored. Leave it out.");
  }
  const { sequence } = loaded;
  const begun = performance.now();
  const { usedInputTokens, usedOutputTokens } = sequence.tokenMeter;
  const prompt = loaded.format.tokens({ messages, assistantPrefix });
  const texts = continuations.map((text) =>
    loaded.format.tokens({ messages, assistantPrefix: assistantPrefix + text }),
  );
  const from = Math.min(...texts.map((tokens) => commonLength(prompt, tokens)));
  const longest = texts.reduce((a, b) => (b.length > a.length ? b : a));
  if (loaded.roomAfter(longest) >= 1) await loaded.prepare({ messages }, prompt.slice(0, from), signal);
  else await loaded.prepare({ messages }, longest, signal);
  const tree = new TokenTree(texts, from);
  let firstTokenMs: number | undefined;
  for (const tokens of texts) {
    throwIfCancelled(signal);
    const known = tree.knownUntil(tokens);
    if (known === tokens.length) continue;
    // The logits that foretell token n come out of token n - 1.
    await sequence.adaptStateToTokens(tokens.slice(0, known - 1), false);
    const input = tokens.slice(known - 1, -1).map((token, index): ControlledEvaluateInputItem => {
      const next = [...tree.nextTokens(tokens.slice(0, known + index))];
      // The top one is asked for because the total weight is relative to it.
      const logits = { filter: { tokens: next, includeTop: 1 } };
      return [token, { generateNext: { logits, totalLogitWeight: true } }];
    });
    const outputs = await sequence.controlledEvaluate(input);
    firstTokenMs ??= performance.now() - begun;
    for (const [index, output] of outputs.entries()) {
      const { logits, totalLogitWeight } = output?.next ?? {};
      if (logits === undefined || totalLogitWeight === undefined) throw new Error("the engine gave no logits");
      const logTotal = Math.max(...logits.values()) + Math.log(totalLogitWeight);
      for (const [token, logit] of logits) tree.set(tokens.slice(0, known + index), token, logit - logTotal);
    }
  }
  const totalMs = performance.now() - begun;
  const { tokenMeter: meter } = sequence;
  const evaluated = meter.usedInputTokens - usedInputTokens + meter.usedOutputTokens - usedOutputTokens;
  return {
    scores: texts.map((tokens) => ({ logProbability: tree.sum(tokens), tokens: tokens.length - from })),
    timing: {
      promptTokens: prompt.length,
      evaluatedTokens: evaluated,
      generatedTokens: 0,
      firstTokenMs: firstTokenMs ?? totalMs,
      totalMs,
    },
  };
}

/** What is known of the tokens after the prompt: for every path through the continuations, its next tokens. */
class TokenTree {
  readonly #from: number;
  readonly #nodes = new Map<string, Map<Token, number | undefined>>();

  constructor(texts: readonly (readonly Token[])[], from: number) {
    this.#from = from;
    for (const tokens of texts) {
      for (let at = from; at < tokens.length; at++) {
        const path = this.#path(tokens.slice(0, at));
        const next = this.#nodes.get(path) ?? new Map<Token, number | undefined>();
        next.set(tokens[at] as Token, undefined);
        this.#nodes.set(path, next);
      }
    }
  }

  nextTokens(before: readonly Token[]): Iterable<Token> {
    return this.#nodes.get(this.#path(before))?.keys() ?? [];
  }

  set(before: readonly Token[], token: Token, logProbability: number): void {
    const next = this.#nodes.get(this.#path(before));
    if (next?.has(token)) next.set(token, logProbability);
  }

  knownUntil(tokens: readonly Token[]): number {
    let at = this.#from;
    while (at < tokens.length && this.#at(tokens, at) !== undefined) at++;
    return at;
  }

  sum(tokens: readonly Token[]): number {
    let sum = 0;
    for (let at = this.#from; at < tokens.length; at++) sum += this.#at(tokens, at) ?? Number.NEGATIVE_INFINITY;
    return sum;
  }

  #at(tokens: readonly Token[], index: number): number | undefined {
    return this.#nodes.get(this.#path(tokens.slice(0, index)))?.get(tokens[index] as Token);
  }

  #path(tokens: readonly Token[]): string {
    return tokens.slice(this.#from).join(",");
  }
}
