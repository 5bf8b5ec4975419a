import { Resampler } from "./resampler.ts";
import { pcmBytesPerSample, pcmSampleRate } from "./speech.ts";

/**
 * Turns decoded audio, block by block, into what Indoors stores: 16 kHz mono s16le. Channels are averaged. A stream may
 * change its rate in the middle: what comes after starts a new filter. Blocks leave no seam.
 */
export class PcmEncoder {
  #resampler: Resampler | undefined;
  #sampleRate = 0;

  /** The next samples, -1 to 1, one array per channel, all of one length. Gives the bytes that are ready. */
  push(sampleRate: number, channels: readonly Float32Array[]): Uint8Array {
    if (this.#resampler !== undefined && sampleRate === this.#sampleRate) {
      return toInt16(this.#resampler.push(mixDown(channels)));
    }
    const before = this.flush();
    this.#sampleRate = sampleRate;
    this.#resampler = new Resampler(sampleRate, pcmSampleRate);
    const after = toInt16(this.#resampler.push(mixDown(channels)));
    const both = new Uint8Array(before.length + after.length);
    both.set(before);
    both.set(after, before.length);
    return both;
  }

  /** The bytes that wait for samples after the end: silence follows. What is pushed after it begins anew. */
  flush(): Uint8Array {
    const rest = this.#resampler?.flush() ?? new Float32Array(0);
    this.#resampler = undefined;
    return toInt16(rest);
  }
}

function mixDown(channels: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(0), ...others] = channels;
  if (others.length === 0) return first;
  return first.map(
    (sample, index) => others.reduce((sum, channel) => sum + (channel[index] ?? 0), sample) / channels.length,
  );
}

function toInt16(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * pcmBytesPerSample);
  const view = new DataView(bytes.buffer);
  for (const [index, sample] of samples.entries()) {
    view.setInt16(index * pcmBytesPerSample, Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))), true);
  }
  return bytes;
}
