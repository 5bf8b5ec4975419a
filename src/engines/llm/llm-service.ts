import { basename } from "node:path";
import type { Implementation, Payload } from "../../shared/contract.ts";
import { IndoorsError, messageOf, throwIfCancelled } from "../../shared/errors.ts";
import type { llmContract } from "../../shared/llm-contract.ts";
import { engineVersion, listDevices, openBackend, openCpu } from "./backend.ts";
import { embed } from "./embed.ts";
import { generate } from "./generate.ts";
import { inspectModel } from "./inspect-model.ts";
import { LoadedModel } from "./loaded-model.ts";
import { measure } from "./measure.ts";
import { score } from "./score.ts";
import { TextBatcher } from "./text-batcher.ts";
import { TurnQueue } from "./turn-queue.ts";

/**
 * The methods of the LLM contract over llama.cpp. One model at a time: `load` replaces it. Calls run one after the
 * other in the order they came. The process that holds this ends with its channel; nothing else has to be disposed.
 */
export function createLlmService(
  emitText: (payload: Payload<typeof llmContract, "text">) => void,
): Implementation<typeof llmContract> {
  const queue = new TurnQueue();
  let loaded: LoadedModel | undefined;

  async function unload(): Promise<void> {
    const old = loaded;
    loaded = undefined;
    await old?.dispose();
  }

  /** Takes a turn in the queue and turns what the library throws into a sentence. */
  function turn<T>(what: string, signal: AbortSignal, work: () => Promise<T> | T): Promise<T> {
    return queue.run(async () => {
      try {
        return await work();
      } catch (thrown) {
        if (thrown instanceof IndoorsError) throw thrown;
        throwIfCancelled(signal);
        throw new IndoorsError(
          "engine.failed",
          `${what} failed: ${messageOf(thrown)}. Try again, or load the model anew.`,
        );
      }
    }, signal);
  }

  function withModel<T>(what: string, signal: AbortSignal, work: (model: LoadedModel) => Promise<T> | T): Promise<T> {
    return turn(what, signal, () => {
      if (loaded === undefined) {
        throw new IndoorsError("model.missing", `${what} failed: no model is loaded. Load one first.`);
      }
      return work(loaded);
    });
  }

  return {
    devices: (_params, signal) => turn("Listing the devices", signal, listDevices),

    inspect: ({ modelPath, contextTokens }, signal) =>
      turn(`Reading ${basename(modelPath)}`, signal, async () =>
        inspectModel(await openCpu(), modelPath, contextTokens),
      ),

    load: ({ modelPath, device, threads, contextTokens, states }, signal) =>
      turn(`Loading ${basename(modelPath)}`, signal, async () => {
        const facts = await inspectModel(await openCpu(), modelPath, contextTokens);
        const backend = await openBackend(device);
        const version = await engineVersion(backend.llama);
        throwIfCancelled(signal);
        await unload();
        const key = [states?.modelSha256, version, backend.device.kind, contextTokens].join("\n");
        const options = {
          modelPath,
          threads,
          contextTokens,
          states: states === undefined ? null : { folder: states.folder, key },
        };
        loaded = await LoadedModel.load(backend, facts, options, signal);
        return {
          engineVersion: version,
          device: backend.device,
          notice: backend.notice,
          contextTokens: loaded.contextTokens,
          toolTemplate: loaded.format.toolTemplate,
        };
      }),

    unload: (_params, signal) =>
      turn("Unloading the model", signal, async () => {
        await unload();
        return null;
      }),

    countTokens: ({ text }, signal) =>
      withModel("Counting tokens", signal, ({ model }) => ({ tokens: model.tokenize(text).length })),

    countPrompt: ({ messages }, signal) =>
      withModel("Counting tokens", signal, ({ format }) => ({ tokens: format.tokens({ messages }).length })),

    generate: (request, signal) =>
      withModel("Generating text", signal, async (model) => {
        const { generationId } = request;
        using batch = new TextBatcher((text) => emitText({ generationId, text }));
        const written = await generate(model, request, signal, (text) => batch.add(text));
        batch.flush();
        return written;
      }),

    score: (request, signal) => withModel("Scoring", signal, (model) => score(model, request, signal)),

    embed: ({ texts }, signal) =>
      withModel("Making vectors", signal, async (model) => ({ vectors: await embed(model, texts, signal) })),

    measure: (request, signal) => withModel("Measuring the speed", signal, (model) => measure(model, request, signal)),
  };
}
