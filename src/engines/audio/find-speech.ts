import { access } from "node:fs/promises";
import { IndoorsError } from "../../shared/errors.ts";
import { pcmBytesPerSample, pcmSampleRate, type Span } from "../../shared/speech.ts";
import sherpa, { type Vad, type VadOptions } from "sherpa-onnx-node";
import { openFile } from "./open-file.ts";

/**
 * Two detectors over the same network's probabilities. The first finds where speech reaches, generously; the second
 * finds what surely is speech. A stretch counts when both agree on a part of it: quiet ends of sentences are kept, and
 * noise that only comes near to speech is not.
 */
const generousThreshold = 0.15;
const sureThreshold = 0.5;
/** Silero's network takes 32 ms at a time. */
const frameSamples = 512;
const chunkSamples = frameSamples * 256;
const bufferSeconds = 60;

/**
 * Finds speech in a 16 kHz mono s16le file with Silero's network, streaming. Spans are in order and do not overlap.
 * @throws IndoorsError `file.unreadable`, `model.missing`, `cancelled`.
 */
export async function findSpeech(
  pcmPath: string,
  modelPath: string,
  signal: AbortSignal,
  onProgress: (doneBytes: number, totalBytes: number) => void,
): Promise<Span[]> {
  // The native library ends the process or says nothing when the file is missing.
  await access(modelPath).catch(() => {
    throw new IndoorsError(
      "model.missing",
      `Finding speech failed: the voice-activity model ${modelPath} is not there. Run indoors models fetch.`,
    );
  });
  const file = await openFile(pcmPath);
  try {
    const generous = new SpanDetector(modelPath, generousThreshold);
    const sure = new SpanDetector(modelPath, sureThreshold);
    for (let position = 0; position < file.size; position += chunkSamples * pcmBytesPerSample) {
      if (signal.aborted) throw new IndoorsError("cancelled");
      const bytes = await file.read(position, chunkSamples * pcmBytesPerSample);
      const samples = toFloat(bytes);
      generous.push(samples);
      sure.push(samples);
      onProgress(Math.min(file.size, position + bytes.length), file.size);
      // The network runs on this thread: let a cancel or a closed channel be heard between chunks.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    return agreed(generous.finish(), sure.finish(), Math.floor(file.size / pcmBytesPerSample));
  } finally {
    await file.close();
  }
}

/** Generous spans that touch a sure one; spans that meet become one. */
export function agreed(generous: readonly Span[], sure: readonly Span[], totalSamples: number): Span[] {
  const result: Span[] = [];
  for (const span of [...generous, ...sure].sort((a, b) => a.start - b.start)) {
    if (!sure.some((one) => one.start < span.end && span.start < one.end)) continue;
    const end = Math.min(span.end, totalSamples);
    const last = result.at(-1);
    if (last !== undefined && span.start <= last.end)
      result[result.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else if (end > span.start) result.push({ start: Math.max(0, span.start), end });
  }
  return result;
}

class SpanDetector {
  readonly #vad: Vad;
  readonly #spans: Span[] = [];

  constructor(model: string, threshold: number) {
    const options: VadOptions = {
      sileroVad: {
        model,
        threshold,
        minSilenceDuration: 0.25,
        minSpeechDuration: 0.1,
        windowSize: frameSamples,
        // Bounds the memory. It is multiplied into a 32-bit count of samples inside: a huge value overflows, and then
        // the library silently takes 0.9 as the threshold.
        maxSpeechDuration: 25,
      },
      sampleRate: pcmSampleRate,
      numThreads: 1,
      provider: "cpu",
      debug: 0,
    };
    this.#vad = new sherpa.Vad(options, bufferSeconds);
  }

  push(samples: Float32Array): void {
    for (let start = 0; start < samples.length; start += frameSamples) {
      this.#vad.acceptWaveform(samples.subarray(start, start + frameSamples));
    }
    this.#drain();
  }

  finish(): Span[] {
    this.#vad.flush();
    this.#drain();
    return this.#spans;
  }

  #drain(): void {
    for (; !this.#vad.isEmpty(); this.#vad.pop()) {
      const { start, samples } = this.#vad.front(false);
      this.#spans.push({ start: Math.max(0, start), end: start + samples.length });
    }
  }
}

function toFloat(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength >> 1 }, (_, index) => view.getInt16(index * 2, true) / 32_768);
}
