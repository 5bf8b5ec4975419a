import { serve } from "../../shared/contract.ts";
import { llmContract } from "../../shared/llm-contract.ts";
import { processChannel } from "../../shared/process-channel.ts";
import { createLlmService } from "./llm-service.ts";

// The LLM worker: llama.cpp and the files it parses live in this process alone, and die with it.
const channel = processChannel(process);
const server = serve(
  channel,
  llmContract,
  createLlmService((payload) => server.emit("text", payload)),
);
channel.onClose(() => process.exit(0));
