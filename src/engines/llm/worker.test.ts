import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Client, connect, type ParamsInput } from "../../shared/contract.ts";
import { type ChatMessage, llmContract } from "../../shared/llm-contract.ts";
import { processChannel } from "../../shared/process-channel.ts";
import { llmWorkerEntry } from "../entries.ts";

// A real model on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

type Llm = typeof llmContract;

const model = fileURLToPath(new URL("../../../models/tinyllama-1.1b-chat-iq2_xxs.gguf", import.meta.url));
const system: ChatMessage = {
  role: "system",
  text:
    "You are the assistant of an office. Answer in one short sentence. You have these tools: list_folder(path) lists " +
    "a folder, read_file(path) reads a file, search_files(query) finds files, calculate(expression) computes a sum.",
};
const words = (count: number): ChatMessage[] => [{ role: "user", text: "word ".repeat(count) }];
const asks = (text: string): ChatMessage[] => [system, { role: "user", text }];

interface Worker {
  readonly child: ChildProcess;
  readonly client: Client<Llm>;
  readonly texts: { generationId: string; text: string }[];
}

function startWorker(): Worker {
  const child = fork(llmWorkerEntry, { execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const client = connect(processChannel(child), llmContract);
  const texts: Worker["texts"] = [];
  client.on("text", (payload) => texts.push(payload));
  return { child, client, texts };
}

// One thread: beside other work two threads wait for each other, and a text takes tens of times longer.
function load(client: Client<Llm>, changes: Partial<ParamsInput<Llm, "load">> = {}) {
  return client.call("load", { modelPath: model, device: "cpu", threads: 1, contextTokens: 512, ...changes });
}

function generate(client: Client<Llm>, changes: Partial<ParamsInput<Llm, "generate">>, signal?: AbortSignal) {
  const request = {
    generationId: "g",
    messages: asks("What is the capital of France?"),
    maxTokens: 24,
    temperature: 0,
    seed: 1,
  };
  return client.call("generate", { ...request, ...changes }, { signal });
}

function score(continuations: string[], assistantPrefix = "", question = "What is the capital of France?") {
  return client.call("score", { messages: asks(question), assistantPrefix, continuations });
}

const invalid = (message: RegExp) => ({ code: "input.invalid", message: expect.stringMatching(message) });

let folder: string;
let worker: Worker;
let client: Client<Llm>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "indoors-llm-"));
  worker = startWorker();
  client = worker.client;
  await load(client);
});

afterAll(async () => {
  worker.child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

describe("loading", () => {
  it("says what it runs on and what the model can do", async () => {
    const { devices, system: features } = await client.call("devices", {});
    expect(devices[0]).toMatchObject({ kind: "cpu", name: expect.stringMatching(/\w/) });
    expect(features).toContain("CPU");
    const facts = await client.call("inspect", { modelPath: model, contextTokens: 2048 });
    expect(facts).toMatchObject({
      architecture: "llama",
      parameters: "1.1B",
      trainedContextTokens: 2048,
      embeddingModel: false,
    });
    expect(facts.needBytes).toBeGreaterThan(322_000_000);
    expect(facts.needBytes).toBeLessThan(1_000_000_000);
  });

  it("replaces the model, cuts the context to what the model knows, and falls back to the CPU with a sentence", async () => {
    const loaded = await load(client, { device: "metal", contextTokens: 9999 });
    expect(loaded.contextTokens).toBe(2048);
    expect(loaded.toolTemplate).toBe(false);
    expect(loaded.engineVersion).toMatch(/^node-llama-cpp \d+\.\d+\.\d+ \(llama\.cpp .+\)$/);
    if (process.platform !== "darwin") {
      expect(loaded.device.kind).toBe("cpu");
      expect(loaded.notice).toMatch(/^Metal was asked for, but .+: the CPU is used\.$/);
    }
    expect(await load(client)).toMatchObject({ contextTokens: 512, notice: null });
  });

  it("unloads, says so when there is no model, and loads again", async () => {
    await client.call("unload", {});
    await expect(generate(client, {})).rejects.toMatchObject({ code: "model.missing" });
    await load(client);
    expect(await client.call("countTokens", { text: "Hello there" })).toEqual({ tokens: 2 });
  });
});

describe("bad files", () => {
  it("refuses an address and a relative path, and keeps the model that is loaded", async () => {
    for (const modelPath of ["hf:user/model/file.gguf", "https://example.org/m.gguf", "models/x.gguf"]) {
      await expect(load(client, { modelPath })).rejects.toMatchObject({ code: "input.invalid" });
    }
    expect(await client.call("countTokens", { text: "Hello there" })).toEqual({ tokens: 2 });
  });

  it("says what does not fit into memory, and loads the next", async () => {
    const copy = join(folder, "copy.gguf");
    await copyFile(model, copy);
    await setTrainedContext(copy, 1 << 22);
    await expect(load(client, { modelPath: copy, contextTokens: 1 << 21 })).rejects.toMatchObject({
      code: "memory.too-small",
      message: expect.stringMatching(/^copy\.gguf does not fit .+ it needs \d+\.\d GiB and \d+\.\d GiB are free/),
    });
    await rm(copy);
    await load(client);
  });
});

describe("generating", () => {
  it("answers, streams what it writes, and gives the same text for the same seed", async () => {
    worker.texts.length = 0;
    const first = await generate(client, { generationId: "first" });
    expect(first.text).toContain("Paris");
    expect(first).toMatchObject({ calls: [], stop: "end" });
    expect(worker.texts.map(({ text }) => text).join("")).toBe(first.text);
    expect(new Set(worker.texts.map(({ generationId }) => generationId))).toEqual(new Set(["first"]));
    const { timing } = first;
    expect(timing.generatedTokens).toBeGreaterThan(3);
    expect(timing.firstTokenMs).toBeGreaterThan(0);
    expect(timing.totalMs).toBeGreaterThan(timing.firstTokenMs);
    const warm = await generate(client, { temperature: 0.8, seed: 7 });
    const same = await generate(client, { temperature: 0.8, seed: 7 });
    expect(same.text).toBe(warm.text);
  });

  it("evaluates only what is new after the same system text", async () => {
    await generate(client, { messages: asks("Who are you?"), maxTokens: 1 });
    const { timing } = await generate(client, { messages: asks("Where is the report?"), maxTokens: 1 });
    const { tokens: withoutWords } = await client.call("countPrompt", { messages: [system] });
    expect(timing.promptTokens).toBeGreaterThan(withoutWords);
    expect(timing.evaluatedTokens).toBeLessThan(25);
    const again = await generate(client, { messages: asks("Where is the report?"), maxTokens: 1 });
    expect(again.timing).toMatchObject({ promptTokens: timing.promptTokens, evaluatedTokens: 1 });
    expect(await client.call("countPrompt", { messages: asks("Where is the report?") })).toEqual({
      tokens: timing.promptTokens,
    });
  });

  it("stops at the limit, and in a small context writes no more than there is room for", async () => {
    expect(await generate(client, { maxTokens: 3 })).toMatchObject({
      stop: "max-tokens",
      timing: { generatedTokens: 3 },
    });
    const { contextTokens } = await load(client, { contextTokens: 128 });
    await expect(generate(client, { messages: words(contextTokens) })).rejects.toMatchObject({
      code: "input.invalid",
      data: { contextTokens },
      message: expect.stringMatching(`takes \\d+ tokens and .+ holds ${contextTokens}`),
    });
    const schema = { type: "string", minLength: 900 };
    const full = await generate(client, { messages: words(contextTokens - 45), maxTokens: 400, schema });
    expect(full.stop).toBe("max-tokens");
    expect(full.timing.generatedTokens).toBeGreaterThan(4);
    expect(full.timing.promptTokens + full.timing.generatedTokens).toBeLessThanOrEqual(contextTokens);
    await load(client);
  });

  const paths = ["reports/2024/budget.txt", "reports/2024/budget.pdf", "notes/ärzte.md"];
  const schema = {
    oneOf: [
      {
        type: "object",
        properties: {
          tool: { const: "read_file" },
          arguments: { type: "object", properties: { path: { enum: paths } } },
        },
      },
      { type: "object", properties: { answer: { type: "string", maxLength: 40 } } },
    ],
  };

  it("holds the text to the schema, from the begun text on", async () => {
    const begun = '{"tool":"read_file","arguments":';
    worker.texts.length = 0;
    const { text, stop } = await generate(client, {
      schema,
      assistantPrefix: begun,
      messages: asks("Read the budget as a PDF."),
    });
    expect(text.startsWith(begun)).toBe(true);
    expect(paths).toContain((JSON.parse(text) as { arguments: { path: string } }).arguments.path);
    expect(stop).toBe("end");
    expect(worker.texts.map((event) => event.text).join("")).toBe(text);
    // A prefix that reaches into a value, with one path left and a character outside ASCII in it.
    const forced = await generate(client, { schema, assistantPrefix: `${begun}{"path":"notes/` });
    expect(forced.text).toBe(`${begun}{"path":"notes/ärzte.md"}}`);
  });

  it("never writes what the schema does not allow, however hot the sampling", async () => {
    for (const seed of [1, 2]) {
      const { text, stop } = await generate(client, { schema, temperature: 2, seed, maxTokens: 30 });
      if (stop === "end") expect(JSON.parse(text)).toSatisfy((value: object) => "answer" in value || "tool" in value);
      else expect(text).toMatch(/^\{"(answer|tool)":/);
    }
  });

  it("continues a begun turn without a schema", async () => {
    const { text } = await generate(client, { assistantPrefix: "The capital of France is" });
    expect(text).toMatch(/^The capital of France is .*Paris/);
  });

  it("says why it cannot: a prefix outside the schema, tools without a template, both, nothing", async () => {
    const tools = [{ name: "a", description: "", parameters: {} }];
    const toolMessage: ChatMessage = { role: "tool", tool: "a", arguments: {}, result: "x" };
    await expect(generate(client, { schema, assistantPrefix: '{"tool":"write' })).rejects.toMatchObject(
      invalid(/begins with/),
    );
    await expect(generate(client, { tools })).rejects.toMatchObject(invalid(/template/));
    await expect(generate(client, { messages: [...asks("x"), toolMessage] })).rejects.toMatchObject(
      invalid(/template/),
    );
    await expect(generate(client, { tools, schema })).rejects.toMatchObject(invalid(/not both/));
    await expect(generate(client, { messages: [] })).rejects.toMatchObject(invalid(/empty/));
    await expect(generate(client, { schema: { type: "tuple" } })).rejects.toMatchObject(invalid(/tuple/));
  });

  it("stops soon when the caller gives up, and then works as before", async () => {
    const before = await generate(client, {});
    const giveUp = new AbortController();
    worker.texts.length = 0;
    const running = generate(
      client,
      { messages: asks("Tell me a long story."), maxTokens: 300, schema: { type: "string" } },
      giveUp.signal,
    );
    while (worker.texts.length < 3) await pause(5);
    const aborted = performance.now();
    giveUp.abort();
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
    expect(performance.now() - aborted).toBeLessThan(50);
    // The next call waits for at most the token that was under way.
    await client.call("countTokens", { text: "x" });
    expect(performance.now() - aborted).toBeLessThan(1500);
    expect((await generate(client, {})).text).toBe(before.text);
  });
});

describe("scoring", () => {
  it("finds the likelier continuation, and counts every token of it", async () => {
    const { scores, timing } = await score([" Paris.", " Berlin.", " Paris and Berlin."], "The capital of France is");
    const [paris, berlin, both] = scores.map(({ logProbability }) => logProbability);
    expect(paris).toBeGreaterThan(berlin!);
    expect(paris).toBeLessThan(0);
    expect(both).toBeLessThan(paris!);
    expect(scores.map(({ tokens }) => tokens)).toEqual([2, 2, 4]);
    expect(timing.generatedTokens).toBe(0);
  });

  it("gives a chain of tokens the product of its steps", async () => {
    const begun = "The capital of France is";
    const whole = await score([" Paris."], begun);
    const first = await score([" Paris"], begun);
    const second = await score(["."], `${begun} Paris`);
    const sum = first.scores[0]!.logProbability + second.scores[0]!.logProbability;
    expect(whole.scores[0]!.logProbability).toBeCloseTo(sum, 1);
  });

  it("gives probabilities: all texts that the next token can be make up no more than one", async () => {
    const options = ["Yes", "No", "The", "It", "Paris", "France", "1", "A"];
    const { scores } = await score(options);
    const total = scores.reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0);
    expect(total).toBeGreaterThan(0.05);
    expect(total).toBeLessThanOrEqual(1.0001);
  });

  it("does not depend on the other continuations, nor on what was asked before", async () => {
    const names = ['list_folder"', 'read_file"', 'search_files"', 'search"', 'calculate"'];
    const begun = '{"tool":"';
    const together = await score(names, begun, "Where is the report?");
    const alone: number[] = [];
    for (const name of names)
      alone.push((await score([name], begun, "Where is the report?")).scores[0]!.logProbability);
    for (const [index, { logProbability }] of together.scores.entries())
      expect(logProbability).toBeCloseTo(alone[index]!, 1);
  });

  it("evaluates the prompt once and shared beginnings once", async () => {
    const names = ['read_file"', 'read_files"', 'read_folder"'];
    await score(names, '{"tool":"');
    const { timing, scores } = await score(names, '{"tool":"');
    const tokens = scores.reduce((sum, each) => sum + each.tokens, 0);
    expect(timing.evaluatedTokens).toBeLessThan(tokens);
    expect(timing.promptTokens).toBeGreaterThan(60);
  });

  it("refuses an empty continuation", async () => {
    await expect(score([""])).rejects.toMatchObject({ code: "input.invalid" });
  });
});

describe("measuring and vectors", () => {
  it("measures both speeds and leaves the loaded model as it was", async () => {
    await generate(client, {});
    const rates = await client.call("measure", { threads: 1, promptTokens: 16, generatedTokens: 4 });
    expect(rates.promptTokensPerSecond).toBeGreaterThan(0.1);
    expect(rates.generatedTokensPerSecond).toBeGreaterThan(0.1);
    expect((await generate(client, {})).timing.evaluatedTokens).toBe(1);
  });

  it("makes one vector per text, alike for alike texts", async () => {
    const { vectors } = await client.call("embed", {
      texts: ["The cat sleeps.", "The cat sleeps.", "Quarterly tax report"],
    });
    expect(vectors.map((vector) => vector.length)).toEqual([2048, 2048, 2048]);
    expect(cosine(vectors[0]!, vectors[1]!)).toBeCloseTo(1, 4);
    expect(cosine(vectors[0]!, vectors[2]!)).toBeLessThan(0.99);
    await expect(client.call("embed", { texts: ["word ".repeat(3000)] })).rejects.toMatchObject({
      code: "input.invalid",
    });
  });
});

describe("a second worker", () => {
  it("starts from the saved state of the system text, and replaces one that is damaged", async () => {
    const states = { folder: join(folder, "states"), modelSha256: "0".repeat(64) };
    const messages = asks("Where is the report?");
    const saved = () => readdir(states.folder);
    await load(client, { states });
    const cold = await generate(client, { messages, maxTokens: 8 });
    const [name, ...others] = await saved();
    expect(others).toEqual([]);
    const bytes = await readFile(join(states.folder, name!));

    await load(client, { states });
    const warm = await generate(client, { messages, maxTokens: 8 });
    expect(warm.text).toBe(cold.text);
    expect(cold.timing.evaluatedTokens).toBe(cold.timing.promptTokens);
    expect(warm.timing.evaluatedTokens).toBeLessThan(25);

    for (const junk of [Buffer.from("junk"), bytes.subarray(0, bytes.length >> 1)]) {
      await writeFile(join(states.folder, name!), junk);
      await load(client, { states });
      const mended = await generate(client, { messages, maxTokens: 8 });
      expect(mended).toMatchObject({ text: cold.text, timing: { evaluatedTokens: cold.timing.promptTokens } });
      expect(await saved()).toEqual([name]);
      expect((await readFile(join(states.folder, name!))).length).toBe(bytes.length);
    }

    await load(client, { states: { ...states, modelSha256: "1".repeat(64) } });
    const other = await generate(client, { messages, maxTokens: 1 });
    expect(other.timing.evaluatedTokens).toBe(other.timing.promptTokens);
    expect(await saved()).toHaveLength(2);
  });

  it("is heard of when it is killed in the middle of a text", async () => {
    const second = startWorker();
    onTestFinished(() => void second.child.kill("SIGKILL"));
    await load(second.client);
    const running = generate(second.client, {
      messages: [{ role: "user", text: "Tell me a story." }],
      maxTokens: 300,
      schema: { type: "string" },
    });
    while (second.texts.length < 2) await pause(5);
    second.child.kill("SIGKILL");
    await expect(running).rejects.toMatchObject({ code: "channel.closed" });
    await expect(second.client.call("countTokens", { text: "x" })).rejects.toMatchObject({ code: "channel.closed" });
  });

  it("ends when its host lets go of it, also in the middle of a text", async () => {
    const second = startWorker();
    onTestFinished(() => void second.child.kill("SIGKILL"));
    await load(second.client);
    const running = generate(second.client, { maxTokens: 300, messages: [{ role: "user", text: "Tell me a story." }] });
    running.catch(() => {});
    while (second.texts.length < 1) await pause(5);
    second.child.disconnect();
    const [code] = (await once(second.child, "exit")) as [number | null];
    expect(code).toBe(0);
  });
});

/** Changes the number after `llama.context_length` and its u32 type in a GGUF header. */
async function setTrainedContext(path: string, tokens: number): Promise<void> {
  await using file = await open(path, "r+");
  const { buffer } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
  const at = buffer.indexOf("llama.context_length") + "llama.context_length".length + 4;
  buffer.writeUInt32LE(tokens, at);
  await file.write(buffer, at, 4, at);
}

function cosine(a: readonly number[], b: readonly number[]): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
