import { IndoorsError } from "../../shared/errors.ts";
import { pcmBytesPerSample, type Span } from "../../shared/speech.ts";
import { openFile } from "./open-file.ts";
import { frameSamples, openSpeechNetwork } from "./speech-network.ts";
import { speechSpans } from "./speech-spans.ts";

/** 8 s: a cancel is heard after each. */
const chunkBytes = frameSamples * 256 * pcmBytesPerSample;

/**
 * Finds speech in a 16 kHz mono s16le file with Silero's network, streaming: in all of it, or in one part on its own.
 * Spans are samples from the start of the file, in order, and do not overlap.
 * @throws IndoorsError `file.unreadable`, `model.missing`, `engine.failed`, `cancelled`.
 */
export async function findSpeech(
  pcmPath: string,
  modelPath: string,
  signal: AbortSignal,
  onProgress: (doneBytes: number, totalBytes: number) => void,
  part: Span | null = null,
): Promise<Span[]> {
  const file = await openFile(pcmPath);
  try {
    const network = await openSpeechNetwork(modelPath);
    try {
      const fileSamples = Math.floor(file.size / pcmBytesPerSample);
      const from = Math.min(part?.start ?? 0, fileSamples);
      const totalSamples = Math.min(part?.end ?? fileSamples, fileSamples) - from;
      const total = totalSamples * pcmBytesPerSample;
      // Four bytes for 32 ms: half a megabyte for an hour.
      const probabilities = new Float32Array(Math.ceil(totalSamples / frameSamples));
      for (let position = 0; position < total; position += chunkBytes) {
        if (signal.aborted) throw new IndoorsError("cancelled");
        const length = Math.min(chunkBytes, total - position);
        const bytes = await file.read(from * pcmBytesPerSample + position, length);
        probabilities.set(await network.probabilities(toFloat(bytes)), position / (frameSamples * pcmBytesPerSample));
        onProgress(position + bytes.length, total);
      }
      const spans = speechSpans(probabilities, frameSamples, totalSamples);
      return spans.map(({ start, end }) => ({ start: start + from, end: end + from }));
    } finally {
      await network.close();
    }
  } finally {
    await file.close();
  }
}

function toFloat(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Float32Array(bytes.byteLength >> 1);
  for (let index = 0; index < samples.length; index++) samples[index] = view.getInt16(index * 2, true) / 32_768;
  return samples;
}
