import { type ChildProcess, fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnergy } from "../engines/audio/pcm-energy.ts";
import { audioWorkerEntry, speechWorkerEntries } from "../engines/entries.ts";
import { audioContract } from "../shared/audio-contract.ts";
import { type Client, connect, type Contract } from "../shared/contract.ts";
import { processChannel } from "../shared/process-channel.ts";
import type { DeviceChoice } from "../shared/model.ts";
import { speechContract } from "../shared/speech-contract.ts";
import type { Segment, SpeechEngineName } from "../shared/speech.ts";

import { transcribeRecording, type TranscriptionOutcome, type TranscriptionPorts } from "../speech/transcribe.ts";

export interface RigOptions {
  readonly engine: SpeechEngineName;
  readonly modelPath: string;
  readonly voiceActivityPath: string;
  readonly threads: number;
  readonly device?: DeviceChoice;
  readonly ffmpegPath?: string | null;
}

export interface RigTranscript extends TranscriptionOutcome {
  readonly segments: readonly Segment[];
  readonly text: string;
  /** Milliseconds in the engine, without decoding and voice activity. */
  readonly computeMs: number;
}

/** The real pipeline over the real worker processes, without host and store. */
export interface SpeechRig {
  transcribe(path: string, options?: { readonly language?: string; readonly prompt?: string }): Promise<RigTranscript>;
  dispose(): Promise<void>;
}

/** Starts the workers and loads the model. Whoever starts a rig disposes of it. */
export async function startSpeechRig(options: RigOptions): Promise<SpeechRig> {
  const audioWorker = startWorker(audioWorkerEntry, audioContract);
  const speechWorker = startWorker(speechWorkerEntries[options.engine], speechContract);
  const folder = await mkdtemp(join(tmpdir(), "indoors-verify-"));
  const dispose = async () => {
    await Promise.all([audioWorker.stop(), speechWorker.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await speechWorker.client.call("load", {
      modelPath: options.modelPath,
      device: options.device ?? "cpu",
      threads: options.threads,
    });
  } catch (thrown) {
    await dispose();
    throw thrown;
  }
  let number = 0;
  return {
    dispose,
    async transcribe(path, { language = "auto", prompt = "" } = {}) {
      const pcmPath = join(folder, `${number++}.pcm`);
      const segments: Segment[] = [];
      let computeMs = 0;
      const ports: TranscriptionPorts = {
        decoder: {
          async decode(file, signal) {
            const request = { path: file, pcmPath, ffmpegPath: options.ffmpegPath ?? null };
            const { durationMs } = await audioWorker.client.call("decode", request, { signal });
            return { pcmPath, durationMs };
          },
        },
        voiceActivity: {
          async findSpeech(audio, signal) {
            const request = { pcmPath: audio.pcmPath, modelPath: options.voiceActivityPath };
            return (await audioWorker.client.call("findSpeech", request, { signal })).spans;
          },
        },
        energy: { energy: (audio, span, frameSamples) => readEnergy(audio.pcmPath, span, frameSamples) },
        engine: {
          async transcribe(request, signal) {
            const answer = await speechWorker.client.call(
              "transcribe",
              {
                pcmPath: request.audio.pcmPath,
                ...request.window,
                language: request.language,
                prompt: request.prompt,
              },
              { signal },
            );
            computeMs += answer.computeMs;
            return answer;
          },
        },
        sink: {
          async commit(made) {
            segments.push(...made);
          },
        },
      };
      const request = { path, language, prompt, cursor: null };
      const outcome = await transcribeRecording(request, ports, new AbortController().signal);
      await rm(pcmPath, { force: true });
      return { ...outcome, segments, text: segments.map((segment) => segment.text).join(" "), computeMs };
    },
  };
}

interface Worker<C extends Contract> {
  readonly client: Client<C>;
  stop(): Promise<void>;
}

function startWorker<C extends Contract>(entry: URL, contract: C): Worker<C> {
  const child: ChildProcess = fork(entry, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const channel = processChannel(child);
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    client: connect(channel, contract),
    async stop() {
      channel.close();
      await exited;
    },
  };
}
