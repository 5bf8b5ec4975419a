import type { InstalledModel } from "../../shared/model.ts";
import { threadCandidates } from "../calibrate-threads.ts";
import { describeCpu } from "../cpu.ts";
import { LlmEngine } from "../llm-engine.ts";

export interface LlmBench {
  readonly model: string;
  readonly device: string;
  readonly engineVersion: string;
  readonly cpu: string;
  readonly cores: number;
  readonly loadMs: number;
  readonly threads: readonly {
    readonly threads: number;
    readonly promptTokensPerSecond: number;
    readonly generatedTokensPerSecond: number;
  }[];
  /** Milliseconds to the first token of the answer: nothing cached; then the next question in the same conversation. */
  readonly firstToken: {
    readonly coldMs: number;
    readonly coldPromptTokens: number;
    readonly secondTurnMs: number;
    readonly secondTurnPromptTokens: number;
    readonly secondTurnEvaluatedTokens: number;
  };
}

const system =
  "You are the assistant of a small office. You answer in one or two sentences, in plain words, and you say so when you do not know something. ".repeat(
    4,
  );

/**
 * Measures a chat model: prompt and generation speed at each thread count, and the time to the first token cold and on
 * the second turn, at the given thread count.
 */
export async function benchLlm(options: {
  readonly model: InstalledModel;
  readonly threads: number;
  readonly nodePath: string;
  readonly onLog: (line: string) => void;
  readonly onProgress: (phase: string) => void;
  readonly signal: AbortSignal;
}): Promise<LlmBench> {
  const { model, nodePath, onLog, onProgress, signal } = options;
  const cpu = describeCpu();
  const startedAt = performance.now();
  const engine = await LlmEngine.open({
    model,
    device: "auto",
    threads: options.threads,
    contextTokens: 2048,
    nodePath,
    onLog,
    onNotice: onLog,
  });
  try {
    const loadMs = performance.now() - startedAt;
    const generate = async (messages: { role: "system" | "user" | "assistant"; text: string }[]) =>
      await engine.generate({ messages, maxTokens: 24, temperature: 0, seed: 1 }, signal, () => {});
    onProgress("first token, cold");
    const first = [
      { role: "system" as const, text: system },
      { role: "user" as const, text: "What is a good place to keep the spare key of an office?" },
    ];
    const cold = await generate(first);
    onProgress("first token, second turn");
    const second = await generate([
      ...first,
      { role: "assistant", text: cold.text },
      { role: "user", text: "And who should know where it is?" },
    ]);
    const threads = [];
    for (const count of threadCandidates(cpu.cores)) {
      onProgress(`${count} threads`);
      const measured = await engine.process.call(
        "measure",
        { threads: count, promptTokens: 256, generatedTokens: 48 },
        signal,
      );
      threads.push({ threads: count, ...measured });
    }
    return {
      model: model.name,
      device: `${engine.loaded.device.kind} ${engine.loaded.device.name}`,
      engineVersion: engine.loaded.engineVersion,
      cpu: cpu.name,
      cores: cpu.cores,
      loadMs,
      threads,
      firstToken: {
        coldMs: cold.timing.firstTokenMs,
        coldPromptTokens: cold.timing.promptTokens,
        secondTurnMs: second.timing.firstTokenMs,
        secondTurnPromptTokens: second.timing.promptTokens,
        secondTurnEvaluatedTokens: second.timing.evaluatedTokens,
      },
    };
  } finally {
    await engine.dispose();
  }
}
