import { audioContract } from "../../shared/audio-contract.ts";
import { serve } from "../../shared/contract.ts";
import { processChannel } from "../../shared/process-channel.ts";
import { decode } from "./decode.ts";
import { findSpeech } from "./find-speech.ts";

/** Progress is for eyes: more often than this nobody sees it. */
const progressEveryMs = 100;

// A process of its own: it reads files nobody vouches for. It ends when its parent is gone.
const channel = processChannel(process);
channel.onClose(() => process.exit(0));

const server = serve(
  channel,
  audioContract,
  {
    decode: (request, signal) => decode(request, signal, progressReporter()),
    async findSpeech({ pcmPath, modelPath, part }, signal) {
      return { spans: await findSpeech(pcmPath, modelPath, signal, progressReporter(), part) };
    },
  },
  { onFault: (fault, where) => process.stderr.write(`audio worker, ${where}: ${describe(fault)}\n`) },
);

function progressReporter(): (done: number, total: number) => void {
  let last = 0;
  return (done, total) => {
    const now = performance.now();
    if (done < total && now - last < progressEveryMs) return;
    last = now;
    server.emit("progress", { done, total });
  };
}

function describe(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
