import type { ChatMessage } from "../../shared/llm-contract.ts";
import type { GenerationTiming } from "../../shared/run.ts";
import type { GenerateRequest, Generation, LanguageModel } from "../ports.ts";

/** What a scripted turn is checked against: the whole prompt as text, one `role: text` per message. */
export type Expectation = string | RegExp | ((prompt: string, request: GenerateRequest | undefined) => boolean);

export type ScriptedTurn =
  | {
      /** The prompt must hold this text, match this pattern, or satisfy this test. */
      readonly prompt: Expectation;
      readonly reply: string | { readonly calls: Generation["calls"]; readonly text?: string };
      readonly stop?: Generation["stop"];
    }
  | { readonly prompt: Expectation; readonly fails: Error }
  | {
      readonly prompt: Expectation;
      /** Natural-log probability per option; the options must be exactly these. */
      readonly scores: Readonly<Record<string, number>>;
    };

export interface ScriptedModelOptions {
  readonly toolTemplate: boolean;
  readonly contextTokens?: number;
  readonly turns: readonly ScriptedTurn[];
}

const timing: GenerationTiming = {
  promptTokens: 1,
  evaluatedTokens: 1,
  generatedTokens: 1,
  firstTokenMs: 1,
  totalMs: 1,
};

/**
 * A language model that follows a script, for tests. It is strict: a prompt that is not the one expected next, a
 * score where text was expected, or a request after the last turn throws and so fails the test. A token is four
 * characters.
 */
export class ScriptedModel implements LanguageModel {
  readonly contextTokens: number;
  readonly toolTemplate: boolean;
  /** The prompts seen so far, as text. */
  readonly prompts: string[] = [];
  readonly #turns: ScriptedTurn[];

  constructor(options: ScriptedModelOptions) {
    this.contextTokens = options.contextTokens ?? 4096;
    this.toolTemplate = options.toolTemplate;
    this.#turns = [...options.turns];
  }

  async countPrompt(messages: readonly ChatMessage[]): Promise<number> {
    return Math.ceil(promptText(messages).length / 4);
  }

  async generate(request: GenerateRequest, _signal: AbortSignal, onText: (text: string) => void): Promise<Generation> {
    const turn = this.#next(request.messages, request);
    if ("scores" in turn) throw new Error("Scripted model: text was asked for where a score was expected.");
    if ("fails" in turn) throw turn.fails;
    const { reply, stop } = turn;
    const text = typeof reply === "string" ? reply : (reply.text ?? "");
    const calls = typeof reply === "string" ? [] : reply.calls;
    if (text !== "") onText(text);
    return { text, calls, stop: stop ?? (calls.length > 0 ? "calls" : "end"), timing };
  }

  async score(
    messages: readonly ChatMessage[],
    assistantPrefix: string,
    continuations: readonly string[],
  ): Promise<readonly { readonly logProbability: number; readonly tokens: number }[]> {
    const turn = this.#next(messages, undefined, assistantPrefix);
    if ("fails" in turn) throw turn.fails;
    if (!("scores" in turn)) throw new Error("Scripted model: a score was asked for where text was expected.");
    const options = continuations.map((continuation) => continuation.replace(/"$/u, ""));
    const expected = Object.keys(turn.scores);
    if (options.toSorted().join() !== expected.toSorted().join()) {
      throw new Error(`Scripted model: expected the options ${expected.join(", ")}, got ${options.join(", ")}.`);
    }
    return options.map((option) => ({ logProbability: turn.scores[option] ?? 0, tokens: 1 }));
  }

  /** Throws when the script has turns that were never asked for. */
  finish(): void {
    if (this.#turns.length > 0) throw new Error(`Scripted model: ${this.#turns.length} turns were never asked for.`);
  }

  #next(messages: readonly ChatMessage[], request: GenerateRequest | undefined, prefix = ""): ScriptedTurn {
    const prompt = promptText(messages) + prefix;
    this.prompts.push(prompt);
    const turn = this.#turns.shift();
    const nth = this.prompts.length;
    if (turn === undefined) throw new Error(`Scripted model: the script is over, but turn ${nth} came:\n${prompt}`);
    const { prompt: expected } = turn;
    const matches =
      typeof expected === "string"
        ? prompt.includes(expected)
        : expected instanceof RegExp
          ? expected.test(prompt)
          : expected(prompt, request);
    if (!matches)
      throw new Error(`Scripted model: turn ${nth} was to match ${String(expected)}, but it was:\n${prompt}`);
    return turn;
  }
}

/** The messages as one text, for expectations: `role: text`, a tool's as `tool name {arguments}: result`. */
export function promptText(messages: readonly ChatMessage[]): string {
  return messages
    .map((message) =>
      message.role === "tool"
        ? `tool ${message.tool} ${JSON.stringify(message.arguments)}: ${message.result}\n`
        : `${message.role}: ${message.text}\n`,
    )
    .join("");
}
