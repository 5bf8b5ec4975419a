import { open } from "node:fs/promises";
import { basename } from "node:path";
import { IndoorsError } from "../../shared/errors.ts";
import { pcmBytesPerSample, pcmSampleRate, type Span } from "../../shared/speech.ts";

/** Whisper sees 30 s at a time. */
export const longestWindowSamples = 30 * pcmSampleRate;

/**
 * Reads the bytes of one window of a PCM file (16 kHz mono s16le). A window that ends after the file is read to its end.
 * @throws IndoorsError `input.invalid` for a window that is empty or longer than 30 s, `file.unreadable`.
 */
export async function readWindow(pcmPath: string, window: Span): Promise<Buffer> {
  const length = window.end - window.start;
  if (window.start < 0 || length <= 0 || length > longestWindowSamples) {
    throw new IndoorsError(
      "input.invalid",
      `Transcribing failed: the window from ${window.start} to ${window.end} is not between 1 and ${longestWindowSamples} samples long. Ask for a shorter one.`,
    );
  }
  const handle = await open(pcmPath, "r").catch(() => {
    throw new IndoorsError(
      "file.unreadable",
      `Transcribing failed: ${basename(pcmPath)}. The decoded audio is gone. Start the transcription again.`,
    );
  });
  try {
    const bytes = Buffer.alloc(length * pcmBytesPerSample);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, window.start * pcmBytesPerSample);
    return bytes.subarray(0, bytesRead - (bytesRead % pcmBytesPerSample));
  } finally {
    await handle.close();
  }
}

/** Samples from -1 to 1. */
export function toFloat32(pcm: Buffer): Float32Array {
  return Float32Array.from({ length: pcm.length >> 1 }, (_, index) => pcm.readInt16LE(index * 2) / 32_768);
}

/** The PCM with silence after it, at least `samples` long. */
export function padded(pcm: Buffer, samples: number): Buffer {
  const missing = samples * pcmBytesPerSample - pcm.length;
  return missing <= 0 ? pcm : Buffer.concat([pcm, Buffer.alloc(missing)]);
}
