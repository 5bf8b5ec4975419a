import { serve } from "../../shared/contract.ts";
import { IndoorsError } from "../../shared/errors.ts";
import type { Device } from "../../shared/model.ts";
import { processChannel } from "../../shared/process-channel.ts";
import { speechContract } from "../../shared/speech-contract.ts";
import type { Loaded, LoadRequest, TranscribeAnswer, TranscribeRequest } from "./engine-messages.ts";

/** What a speech worker is built around. */
export interface LoadedEngine {
  readonly loaded: Loaded;
  transcribe(request: TranscribeRequest, signal: AbortSignal): Promise<TranscribeAnswer>;
  dispose(): void;
}

export interface EngineKind {
  listDevices(): Device[];
  load(request: LoadRequest): Promise<LoadedEngine>;
}

/** Serves the speech contract over this process's channel until the parent is gone. One window at a time, in order. */
export function serveSpeech(kind: EngineKind): void {
  const channel = processChannel(process);
  let engine: LoadedEngine | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = last.then(run, run);
    last = turn.catch(() => {});
    return turn;
  };
  channel.onClose(() => {
    engine?.dispose();
    // Not `exit`: with a window being computed, the native library's own ending waits for it, and sometimes for ever.
    process.kill(process.pid, "SIGKILL");
  });
  serve(
    channel,
    speechContract,
    {
      devices: () => ({ devices: kind.listDevices() }),
      load: (request) =>
        inTurn(async () => {
          engine?.dispose();
          engine = undefined;
          engine = await kind.load(request);
          return engine.loaded;
        }),
      transcribe: (request, signal) =>
        inTurn(() => {
          if (engine === undefined) {
            throw new IndoorsError(
              "engine.failed",
              "Transcribing failed: no model is loaded in this worker. Load one first.",
            );
          }
          return engine.transcribe(request, signal);
        }),
    },
    {
      onFault: (fault, where) => {
        const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
        process.stderr.write(`speech worker, ${where}: ${text}\n`);
      },
    },
  );
}
