import { fork } from "node:child_process";
import { llmWorkerEntry } from "../engines/entries.ts";
import { connect } from "../shared/contract.ts";
import { llmContract } from "../shared/llm-contract.ts";
import { processChannel } from "../shared/process-channel.ts";
import { startSpeechRig } from "./speech-rig.ts";

// node use-engines.ts RECORDING SPEECH-MODEL VOICE-MODEL CHAT-MODEL [FFMPEG]: a program that does with engines what the host
// does, to be started under a seal. Prints the transcript and the version of the engine that loaded the chat model.
const [path = "", modelPath = "", voiceActivityPath = "", chatModel = "", ffmpegPath = null] = process.argv.slice(2);

const rig = await startSpeechRig({ engine: "transcribe-cpp", modelPath, voiceActivityPath, threads: 2, ffmpegPath });
const { text } = await rig.transcribe(path, { language: "en" });
await rig.dispose();

const worker = fork(llmWorkerEntry);
const channel = processChannel(worker);
const llm = connect(channel, llmContract);
const { engineVersion } = await llm.call("load", {
  ...{ modelPath: chatModel, device: "cpu", threads: 2, contextTokens: 512 },
});
channel.close();
process.stdout.write(`${JSON.stringify({ text, engineVersion })}\n`);
