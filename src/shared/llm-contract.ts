import { z } from "zod";
import type { Contract } from "./contract.ts";
import { device, deviceChoice } from "./model.ts";
import { generationTiming } from "./run.ts";

/** One turn of the conversation as the model sees it. `call` and `result` only with models that have a tool template. */
export const chatMessage = z.discriminatedUnion("role", [
  z.strictObject({ role: z.literal("system"), text: z.string() }),
  z.strictObject({ role: z.literal("user"), text: z.string() }),
  z.strictObject({ role: z.literal("assistant"), text: z.string() }),
  z.strictObject({
    role: z.literal("tool"),
    tool: z.string(),
    arguments: z.record(z.string(), z.unknown()),
    result: z.string(),
  }),
]);
export type ChatMessage = z.infer<typeof chatMessage>;

/**
 * JSON Schema in the subset that becomes a grammar: type, const, enum, oneOf, properties, items, min/maxItems, maxLength;
 * additionalProperties where an object has no properties.
 */
export const jsonSchema = z.record(z.string(), z.unknown());
export type JsonSchema = z.infer<typeof jsonSchema>;

/** Host ↔ LLM worker: one process, one loaded model. */
export const llmContract = {
  methods: {
    devices: { params: z.strictObject({}), result: z.strictObject({ devices: z.array(device), system: z.string() }) },
    /** What loading this file would take, read from its header; nothing is loaded. */
    inspect: {
      params: z.strictObject({ modelPath: z.string(), contextTokens: z.int().positive() }),
      result: z.strictObject({
        architecture: z.string(),
        parameters: z.string(),
        trainedContextTokens: z.int(),
        needBytes: z.number(),
        embeddingModel: z.boolean(),
      }),
    },
    load: {
      params: z.strictObject({
        modelPath: z.string(),
        device: deviceChoice,
        threads: z.int().positive(),
        contextTokens: z.int().positive(),
        /** Where the computed state of a system text may be kept for the next start, and the model's hash. */
        states: z.strictObject({ folder: z.string(), modelSha256: z.string() }).optional(),
      }),
      result: z.strictObject({
        engineVersion: z.string(),
        device,
        notice: z.string().nullable(),
        contextTokens: z.int(),
        /** True when the model's own template describes tools; false: tools go by grammar. */
        toolTemplate: z.boolean(),
      }),
    },
    unload: { params: z.strictObject({}), result: z.null() },
    countTokens: { params: z.strictObject({ text: z.string() }), result: z.strictObject({ tokens: z.int() }) },
    /** Tokens of the whole prompt that `generate` would evaluate for these messages. */
    countPrompt: {
      params: z.strictObject({ messages: z.array(chatMessage) }),
      result: z.strictObject({ tokens: z.int() }),
    },
    /**
     * Writes the next assistant turn. `schema` holds the text to JSON of that shape; `tools` lets a model with a tool
     * template make calls; not both. `assistantPrefix` is text the turn must begin with; it is part of `text`.
     */
    generate: {
      params: z.strictObject({
        generationId: z.string(),
        messages: z.array(chatMessage),
        schema: jsonSchema.optional(),
        tools: z
          .array(z.strictObject({ name: z.string(), description: z.string(), parameters: jsonSchema }))
          .optional(),
        assistantPrefix: z.string().optional(),
        maxTokens: z.int().positive(),
        temperature: z.number().min(0),
        seed: z.int(),
      }),
      result: z.strictObject({
        text: z.string(),
        calls: z.array(z.strictObject({ name: z.string(), arguments: z.unknown() })),
        stop: z.enum(["end", "max-tokens", "calls"]),
        timing: generationTiming,
      }),
    },
    /** Natural-log probability of each continuation after the prompt and `assistantPrefix`, summed over its tokens. */
    score: {
      params: z.strictObject({
        messages: z.array(chatMessage),
        assistantPrefix: z.string(),
        continuations: z.array(z.string()).min(1),
      }),
      result: z.strictObject({
        scores: z.array(z.strictObject({ logProbability: z.number(), tokens: z.int() })),
        timing: generationTiming,
      }),
    },
    /** One vector per text, from an embedding model. Not normalised. */
    embed: {
      params: z.strictObject({ texts: z.array(z.string()) }),
      result: z.strictObject({ vectors: z.array(z.array(z.number())) }),
    },
    /** Measures prompt and generation tokens per second at one thread count, with made-up text. */
    measure: {
      params: z.strictObject({ threads: z.int().positive(), promptTokens: z.int(), generatedTokens: z.int() }),
      result: z.strictObject({ promptTokensPerSecond: z.number(), generatedTokensPerSecond: z.number() }),
    },
  },
  /** Text as it is written, batched to about 30 ms. */
  events: { text: z.strictObject({ generationId: z.string(), text: z.string() }) },
} as const satisfies Contract;
