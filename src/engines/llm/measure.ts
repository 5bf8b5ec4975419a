import type { Params, Result } from "../../shared/contract.ts";
import { throwIfCancelled } from "../../shared/errors.ts";
import type { llmContract } from "../../shared/llm-contract.ts";
import type { LoadedModel } from "./loaded-model.ts";

type Request = Params<typeof llmContract, "measure">;
type Rates = Result<typeof llmContract, "measure">;

/**
 * Prompt and generation speed in tokens per second at one thread count, with made-up text in a fresh context that is
 * disposed afterwards. A speed is 0 when none of its tokens were asked for.
 */
export async function measure({ model, threads }: LoadedModel, request: Request, signal: AbortSignal): Promise<Rates> {
  const { llama } = model;
  const promptTokens = Math.max(1, request.promptTokens);
  llama.maxThreads = request.threads;
  try {
    const contextSize = promptTokens + request.generatedTokens + 8;
    const context = await model.createContext({ contextSize, threads: request.threads, createSignal: signal });
    try {
      const words = model.tokenize("The quick brown fox jumps over the lazy dog and runs on. ");
      const prompt = Array.from({ length: promptTokens }, (_, index) => words[index % words.length] ?? 0);
      const sequence = context.getSequence();
      const begun = performance.now();
      let prompted: number | undefined;
      let generated = -1;
      // The first sampled token belongs to the prompt; the end of the text is no reason to stop.
      for await (const _token of sequence.evaluate(prompt as typeof words, { temperature: 0, yieldEogToken: true })) {
        throwIfCancelled(signal);
        prompted ??= performance.now();
        generated++;
        if (generated >= request.generatedTokens) break;
      }
      const ended = performance.now();
      const promptEnd = prompted ?? ended;
      return {
        promptTokensPerSecond: rate(request.promptTokens, promptEnd - begun),
        generatedTokensPerSecond: rate(generated, ended - promptEnd),
      };
    } finally {
      await context.dispose();
    }
  } finally {
    llama.maxThreads = threads;
  }
}

function rate(tokens: number, ms: number): number {
  return tokens > 0 && ms > 0 ? (tokens * 1000) / ms : 0;
}
