import { createReadStream } from "node:fs";
import { appendFile, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Llama, readGgufFileInfo } from "node-llama-cpp";
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from "vitest";
import type { ChatMessage } from "../../shared/llm-contract.ts";
import { openBackend, openCpu } from "./backend.ts";
import { ChatFormat } from "./chat-format.ts";
import { generate } from "./generate.ts";
import { inspectModel } from "./inspect-model.ts";
import { LoadedModel } from "./loaded-model.ts";

// A real model on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const model = fileURLToPath(new URL("../../../models/tinyllama-1.1b-chat-iq2_xxs.gguf", import.meta.url));
const signal = new AbortController().signal;
let llama: Llama;
let folder: string;

beforeAll(async () => {
  llama = await openCpu();
  folder = await mkdtemp(join(tmpdir(), "indoors-format-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The form in which most models of today are given tools, in the words this one knows. */
const templateWithTools = `{%- if tools %}
{{- '<|system|>\\n' }}
{%- if messages[0]['role'] == 'system' %}{{- messages[0]['content'] + '\\n\\n' }}{%- endif %}
{{- 'You may call these functions:\\n<tools>' }}
{%- for tool in tools %}{{- '\\n' }}{{- tool | tojson }}{%- endfor %}
{{- '\\n</tools>\\nTo call one, write:\\n<tool_call>\\n{"name": <name>, "arguments": <arguments>}\\n</tool_call>' }}
{{- eos_token + '\\n' }}
{%- elif messages[0]['role'] == 'system' %}{{- '<|system|>\\n' + messages[0]['content'] + eos_token + '\\n' }}{%- endif %}
{%- for message in messages %}
{%- if message.role == 'user' %}{{- '<|user|>\\n' + message.content + eos_token + '\\n' }}
{%- elif message.role == 'assistant' %}
{{- '<|assistant|>\\n' }}{%- if message.content %}{{- message.content }}{%- endif %}
{%- if message.tool_calls %}{%- for call in message.tool_calls %}
{%- if call.function %}{%- set call = call.function %}{%- endif %}
{{- '\\n<tool_call>\\n{"name": "' + call.name + '", "arguments": ' }}{{- call.arguments | tojson }}{{- '}\\n</tool_call>' }}
{%- endfor %}{%- endif %}
{{- eos_token + '\\n' }}
{%- elif message.role == 'tool' %}
{{- '<|user|>\\n<tool_response>\\n' + message.content + '\\n</tool_response>' + eos_token + '\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|assistant|>\\n' }}{%- endif %}`;

it("with a template that knows tools: offers them, hands back the calls, runs nothing", async () => {
  const modelPath = join(folder, "with-tools.gguf");
  await copyWithTemplate(modelPath, templateWithTools);
  const facts = await inspectModel(llama, modelPath, 1024);
  const options = { modelPath, threads: 1, contextTokens: 1024, states: null };
  const loaded = await LoadedModel.load(await openBackend("cpu"), facts, options, signal);
  onTestFinished(() => loaded.dispose());
  expect(loaded.format.toolTemplate).toBe(true);

  const cities = ["Paris", "Berlin", "Oslo"];
  const parameters = { type: "object", properties: { city: { enum: cities } } };
  const tools = [{ name: "get_weather", description: "The weather in a city", parameters }];
  // Some calls to follow: a model this small does not make its first one by itself.
  const messages = cities.slice(0, 2).flatMap((city, index): ChatMessage[] => [
    { role: "user", text: `What is the weather in ${city}?` },
    { role: "tool", tool: "get_weather", arguments: { city }, result: `Sunny, ${20 + index} degrees` },
    { role: "assistant", text: `It is sunny in ${city}.` },
  ]);
  messages.push({ role: "user", text: "What is the weather in Oslo?" });
  const prompt = loaded.model.detokenize(loaded.format.tokens({ messages, tools }), true);
  for (const part of ["get_weather", "The weather in a city", "Sunny, 21 degrees", '"city": "Paris"']) {
    expect(prompt).toContain(part);
  }

  const request = { generationId: "g", tools, messages, maxTokens: 40, temperature: 0, seed: 1 };
  const { calls, stop, timing } = await generate(loaded, request, signal, () => {});
  expect({ calls, stop }).toEqual({ calls: [{ name: "get_weather", arguments: { city: "Oslo" } }], stop: "calls" });
  expect(timing.evaluatedTokens).toBe(timing.promptTokens);
});

it("with a template that cannot be run: takes a known form and offers no tools", async () => {
  const modelPath = join(folder, "broken.gguf");
  await copyWithTemplate(modelPath, "{{ tools.nothing.at.all }}{{ raise_exception('no') }}");
  const vocabulary = await llama.loadModel({ modelPath, vocabOnly: true });
  onTestFinished(() => vocabulary.dispose());
  const format = new ChatFormat(vocabulary);
  expect(format.toolTemplate).toBe(false);
  const tokens = format.tokens({ messages: [{ role: "user", text: "Good morning" }] });
  expect(vocabulary.detokenize(tokens, true)).toContain("Good morning");
});

/** A copy of the model with another chat template, padded so that the weights stay aligned to 32 bytes. */
async function copyWithTemplate(path: string, template: string): Promise<void> {
  const { infoEndOffset } = await readGgufFileInfo(model, { sourceType: "filesystem", spliceSplitFiles: false });
  await using file = await open(model);
  const { buffer: head } = await file.read(Buffer.alloc(infoEndOffset!), 0, infoEndOffset!, 0);
  const key = "tokenizer.chat_template";
  const at = head.indexOf(key) + key.length + 4;
  const length = Number(head.readBigUInt64LE(at));
  const text = Buffer.from(template.padEnd(template.length + ((((length - template.length) % 32) + 32) % 32)));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  await writeFile(path, Buffer.concat([head.subarray(0, at), size, text, head.subarray(at + 8 + length)]));
  await appendFile(path, createReadStream(model, { start: infoEndOffset! }));
}
