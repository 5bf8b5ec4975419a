import { IndoorsError, throwIfCancelled } from "../../shared/errors.ts";
import type { LoadedModel } from "./loaded-model.ts";

/**
 * One vector per text, as the model gives it: not normalised.
 * @throws IndoorsError `input.invalid` for a text that is longer than the model's context, `cancelled`.
 */
export async function embed(loaded: LoadedModel, texts: readonly string[], signal: AbortSignal): Promise<number[][]> {
  const context = await loaded.embeddingContext();
  const vectors: number[][] = [];
  for (const [index, text] of texts.entries()) {
    throwIfCancelled(signal);
    const tokens = loaded.model.tokenize(text);
    const room = loaded.model.trainContextSize - 2;
    if (tokens.length > room) {
      throw new IndoorsError(
        "input.invalid",
        `Text ${index + 1} is too long for this model: ${tokens.length} tokens, and it holds ${room}. Split it.`,
      );
    }
    vectors.push([...(await context.getEmbeddingFor(tokens)).vector]);
  }
  return vectors;
}
