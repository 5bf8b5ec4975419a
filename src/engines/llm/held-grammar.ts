import {
  type Llama,
  type LlamaGrammar,
  LlamaGrammarEvaluationState,
  type LlamaModel,
  type Token,
} from "node-llama-cpp";
import { IndoorsError } from "../../shared/errors.ts";
import type { JsonSchema } from "../../shared/llm-contract.ts";
import { toGbnf } from "./gbnf.ts";

const kept = 32;

/**
 * The part of the binding that moves a grammar forward over text that was not sampled. The library uses it for its own
 * function calls and does not export it; the version is pinned and a test calls it.
 */
interface GrammarBinding {
  readonly _bindings: {
    readonly AddonSampler: {
      canBeNextTokenForGrammarEvaluationState(state: unknown, token: Token): boolean;
      acceptGrammarEvaluationStateToken(state: unknown, token: Token): void;
    };
  };
}

/** Compiled grammars by the text of their schema; the least recently used goes first. */
export class GrammarCache {
  readonly #llama: Llama;
  readonly #grammars = new Map<string, LlamaGrammar>();

  constructor(llama: Llama) {
    this.#llama = llama;
  }

  /** @throws IndoorsError `input.invalid` for a schema that has no grammar. */
  async get(schema: JsonSchema): Promise<LlamaGrammar> {
    const key = JSON.stringify(schema);
    const grammar = this.#grammars.get(key) ?? (await this.#llama.createGrammar({ grammar: toGbnf(schema) }));
    this.#grammars.delete(key);
    this.#grammars.set(key, grammar);
    const oldest = this.#grammars.keys().next().value;
    if (this.#grammars.size > kept && oldest !== undefined) this.#grammars.delete(oldest);
    return grammar;
  }
}

/**
 * A grammar that has already read `begun`.
 * @throws IndoorsError `input.invalid` when no text of the grammar begins like that.
 */
export function grammarAfter(model: LlamaModel, grammar: LlamaGrammar, begun: string): LlamaGrammarEvaluationState {
  const held = new LlamaGrammarEvaluationState({ model, grammar });
  const { AddonSampler } = (model.llama as unknown as GrammarBinding)._bindings;
  const { _state: state } = held as unknown as { readonly _state: unknown };
  for (const token of model.tokenize(begun, false, "trimLeadingSpace")) {
    if (!AddonSampler.canBeNextTokenForGrammarEvaluationState(state, token)) {
      throw new IndoorsError(
        "input.invalid",
        `No text of the schema begins with '${begun}'. Write it as compact JSON, its keys in the order of the schema.`,
      );
    }
    AddonSampler.acceptGrammarEvaluationStateToken(state, token);
  }
  return held;
}
