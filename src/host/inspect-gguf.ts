import { llmWorkerEntry } from "../engines/entries.ts";
import { llmContract } from "../shared/llm-contract.ts";
import { EngineProcess } from "./engine-process.ts";
import { type InspectGguf, refuse } from "./inspect-model-file.ts";

/** A header that takes longer was made to: a real one of 20 GB is read in a second. */
const limitMs = 60_000;

/**
 * Reads the header of a file that may have been made to harm its reader: in a process of its own, which ends with the
 * answer or with the time.
 */
export function inspectGgufWith(parts: {
  readonly nodePath: string;
  readonly contextTokens: number;
  readonly onLog: (line: string) => void;
  readonly signal: AbortSignal;
  /** Milliseconds; for tests. */
  readonly limitMs?: number;
}): InspectGguf {
  const { nodePath, contextTokens, onLog, signal } = parts;
  return async (modelPath) => {
    const inspector = new EngineProcess({
      ...{ name: "model inspector", entry: llmWorkerEntry, contract: llmContract, nodePath, onLog, onCrash: onLog },
    });
    const late = AbortSignal.timeout(parts.limitMs ?? limitMs);
    try {
      return await inspector.call("inspect", { modelPath, contextTokens }, AbortSignal.any([signal, late]));
    } catch (error) {
      if (!late.aborted || signal.aborted) throw error;
      refuse(
        modelPath,
        "not-a-model",
        "Its header takes too long to read: it is damaged, or made to.",
        "Copy it again.",
      );
    } finally {
      await inspector.dispose();
    }
  };
}
