import { fileURLToPath } from "node:url";
import { type ChatHistoryItem, getLlama, JinjaTemplateChatWrapper, type LlamaModel } from "node-llama-cpp";
import { beforeAll, expect, it, vi } from "vitest";
import { isZephyrTemplate, ZephyrChatWrapper } from "./zephyr-chat-wrapper.ts";

// A real model on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const modelPath = fileURLToPath(new URL("../../../models/tinyllama-1.1b-chat-iq2_xxs.gguf", import.meta.url));
let model: LlamaModel;

beforeAll(async () => {
  const llama = await getLlama({ gpu: false, build: "never", skipDownload: true });
  model = await llama.loadModel({ modelPath, vocabOnly: true });
});

const question: ChatHistoryItem[] = [
  { type: "system", text: "You help." },
  { type: "user", text: "Hi there" },
];

it.each<[string, ChatHistoryItem[]]>([
  ["an open turn", [...question, { type: "model", response: [] }]],
  ["a begun turn", [...question, { type: "model", response: ['{"tool":'] }]],
  [
    "a second question",
    [
      ...question,
      { type: "model", response: ["Hello"] },
      { type: "user", text: "And?" },
      { type: "model", response: [] },
    ],
  ],
])("writes what the model's own template writes, after the beginning-of-sequence token: %s", (_name, chatHistory) => {
  const template = model.fileInfo.metadata.tokenizer?.chat_template ?? "";
  const own = new JinjaTemplateChatWrapper({ template, tokenizer: model.tokenizer }).generateContextState({
    chatHistory,
  });
  const pinned = new ZephyrChatWrapper().generateContextState({ chatHistory });
  const tokens = pinned.contextText.tokenize(model.tokenizer);
  expect(tokens[0]).toBe(model.tokens.bos);
  expect(tokens.slice(1)).toEqual(own.contextText.tokenize(model.tokenizer));
  expect(isZephyrTemplate(template)).toBe(true);
});

it("reads the end of a turn as the one token at which generation ends", () => {
  const chatHistory: ChatHistoryItem[] = [...question, { type: "model", response: [] }];
  const tokens = new ZephyrChatWrapper().generateContextState({ chatHistory }).contextText.tokenize(model.tokenizer);
  expect(tokens.filter((token) => model.isEogToken(token))).toHaveLength(2);
});
