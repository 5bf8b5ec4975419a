/** Where the worker processes start. The extension follows this file: .ts from source, .js when built. */
const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";

export const audioWorkerEntry = new URL(`./audio/worker.${extension}`, import.meta.url);
export const llmWorkerEntry = new URL(`./llm/worker.${extension}`, import.meta.url);
/** One entry per speech engine, so that an engine that cannot load takes nothing else with it. */
export const speechWorkerEntries = {
  "transcribe-cpp": new URL(`./speech/transcribe-cpp-worker.${extension}`, import.meta.url),
  "whisper-node": new URL(`./speech/whisper-node-worker.${extension}`, import.meta.url),
} as const;
