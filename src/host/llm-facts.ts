import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import { calibrateThreads } from "./calibrate-threads.ts";
import { describeCpu } from "./cpu.ts";
import type { EngineFacts } from "./engine-facts.ts";
import { LlmEngine } from "./llm-engine.ts";
import { describeDevice } from "./speech-facts.ts";

/** Finds the thread count at which the model writes fastest. Takes some seconds. */
export async function measureLlm(options: {
  readonly model: InstalledModel;
  readonly device: DeviceChoice;
  readonly nodePath: string;
  readonly onLog: (line: string) => void;
}): Promise<EngineFacts> {
  const { cores } = describeCpu();
  const engine = await LlmEngine.open({ ...options, threads: cores, contextTokens: 512, onNotice: options.onLog });
  try {
    const { best, all } = await calibrateThreads(cores, async (threads) => {
      const params = { threads, promptTokens: 32, generatedTokens: 16 };
      return (await engine.process.call("measure", params)).generatedTokensPerSecond;
    });
    return {
      engineVersion: engine.loaded.engineVersion,
      device: describeDevice(engine.loaded.device),
      notice: engine.loaded.notice,
      threads: best.threads,
      speeds: [...all],
      multilingual: true,
    };
  } finally {
    await engine.dispose();
  }
}
