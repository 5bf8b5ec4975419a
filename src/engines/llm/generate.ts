import { type ChatHistoryItem, LlamaChat, type Token } from "node-llama-cpp";
import type { Params, Result } from "../../shared/contract.ts";
import { IndoorsError, throwIfCancelled } from "../../shared/errors.ts";
import type { llmContract } from "../../shared/llm-contract.ts";
import { grammarAfter } from "./held-grammar.ts";
import type { LoadedModel } from "./loaded-model.ts";
import { loopStart } from "./loop-start.ts";
import { Stopwatch } from "./stopwatch.ts";

type Request = Params<typeof llmContract, "generate">;
type Written = Result<typeof llmContract, "generate">;

/**
 * Writes the next assistant turn. `onText` gets it piece by piece; all pieces together are the text of the result,
 * but for a loop that it was caught in: the result ends where that begins to say nothing new.
 * A turn that is held to a schema, or begun with a prefix, is sampled token by token here; every other turn goes
 * through the library's chat, which knows the calls and the thoughts of each family of models.
 * @throws IndoorsError `input.invalid`, `cancelled`.
 */
export async function generate(
  loaded: LoadedModel,
  request: Request,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<Written> {
  if (request.schema !== undefined && request.tools !== undefined) {
    throw new IndoorsError("input.invalid", "A turn takes a schema or tools, not both. Leave one out.");
  }
  if (request.messages.length === 0) {
    throw new IndoorsError("input.invalid", "There is nothing to answer: the conversation is empty. Add a message.");
  }
  const stopwatch = new Stopwatch(loaded.sequence.tokenMeter);
  const tokens = loaded.format.tokens(request);
  await loaded.prepare(request, tokens, signal);
  stopwatch.promptDone(tokens.length);
  const maxTokens = Math.min(request.maxTokens, loaded.roomAfter(tokens));
  const turn = { ...request, maxTokens, seed: request.seed >>> 0 };
  const begun = turn.schema !== undefined || (turn.assistantPrefix ?? "") !== "";
  const written = begun
    ? await continueTurn(loaded, turn, tokens, stopwatch, signal, onText)
    : await writeTurn(loaded, turn, stopwatch, signal, onText);
  return { ...written, timing: stopwatch.timing() };
}

async function continueTurn(
  { model, sequence, grammars }: LoadedModel,
  request: Request,
  tokens: readonly Token[],
  stopwatch: Stopwatch,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<Omit<Written, "timing">> {
  const { schema, assistantPrefix = "", maxTokens, temperature, seed } = request;
  const grammarEvaluationState = schema && grammarAfter(model, await grammars.get(schema), assistantPrefix);
  const written: Token[] = [];
  let text = assistantPrefix;
  onText(text);
  const said = () => assistantPrefix + model.detokenize(written, false, tokens.slice(-8));
  const done = (stop: Written["stop"]) => {
    const whole = said();
    onText(whole.slice(text.length));
    return { text: whole, calls: [], stop };
  };
  if (schema !== undefined && isWholeJson(assistantPrefix)) return done("end");
  const options = { temperature, seed, ...(grammarEvaluationState && { grammarEvaluationState }) };
  for await (const token of sequence.evaluate(tokens.slice(-1), options)) {
    stopwatch.tokenDone();
    throwIfCancelled(signal);
    written.push(token);
    const whole = said();
    // A character may be split over tokens: it is held back until it is whole.
    if (!whole.endsWith("\uFFFD")) {
      onText(whole.slice(text.length));
      text = whole;
    }
    // The grammar allows nothing but the end now; asking the model for it would cost one more evaluation.
    if (schema !== undefined && isWholeJson(whole)) return done("end");
    if (written.length >= maxTokens) return done("max-tokens");
  }
  return done("end");
}

async function writeTurn(
  loaded: LoadedModel,
  request: Request,
  stopwatch: Stopwatch,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<Omit<Written, "timing">> {
  const { messages, tools, maxTokens, temperature, seed } = request;
  const history: ChatHistoryItem[] = loaded.format.history(messages);
  const chat = new LlamaChat({ contextSequence: loaded.sequence, chatWrapper: loaded.format.wrapper });
  const looping = new AbortController();
  let said = "";
  try {
    const answer = await chat.generateResponse(history, {
      maxTokens,
      temperature,
      seed,
      signal: AbortSignal.any([signal, looping.signal]),
      stopOnAbortSignal: true,
      onTextChunk: (text) => {
        onText(text);
        said += text;
        if (loopStart(said) !== undefined) looping.abort();
      },
      onResponseChunk: () => stopwatch.tokenDone(),
      onFunctionCallParamsChunk: () => stopwatch.tokenDone(),
      documentFunctionParams: true,
      ...(tools === undefined ? {} : { functions: loaded.format.functions(tools) }),
    });
    throwIfCancelled(signal);
    if (looping.signal.aborted) {
      return { text: said.slice(0, loopStart(said)), calls: [], stop: "max-tokens" };
    }
    const made: readonly { readonly functionName: string; readonly params: unknown }[] = answer.functionCalls ?? [];
    const calls = made.map((call) => ({ name: call.functionName, arguments: call.params }));
    const { stopReason } = answer.metadata;
    const stop = calls.length > 0 ? "calls" : stopReason === "maxTokens" ? "max-tokens" : "end";
    return { text: answer.response, calls, stop };
  } finally {
    chat.dispose({ disposeSequence: false });
  }
}

/** True for an object, an array or a string that is closed: nothing of JSON can follow one. A number could go on. */
function isWholeJson(text: string): boolean {
  if (!/[}\]"]$/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
