import { IndoorsError } from "../../shared/errors.ts";
import { pcmBytesPerSample, type Span } from "../../shared/speech.ts";
import { openFile } from "./open-file.ts";

const framesAtOnce = 1024;

/**
 * Root mean square, 0 to 1, of each whole or partial frame of `frameSamples` samples over a span of a PCM file.
 * @throws IndoorsError `file.unreadable`; `input.invalid` for a frame length below one.
 */
export async function readEnergy(pcmPath: string, span: Span, frameSamples: number): Promise<number[]> {
  if (frameSamples < 1)
    throw new IndoorsError("input.invalid", "Reading the energy failed: a frame has at least one sample.");
  const file = await openFile(pcmPath);
  try {
    const energy: number[] = [];
    for (let start = span.start; start < span.end; start += frameSamples * framesAtOnce) {
      const count = Math.min(frameSamples * framesAtOnce, span.end - start);
      const bytes = await file.read(start * pcmBytesPerSample, count * pcmBytesPerSample);
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const samples = bytes.byteLength >> 1;
      for (let from = 0; from < samples; from += frameSamples) {
        const to = Math.min(samples, from + frameSamples);
        let sum = 0;
        for (let index = from; index < to; index++)
          sum += (view.getInt16(index * pcmBytesPerSample, true) / 32_768) ** 2;
        energy.push(Math.sqrt(sum / (to - from)));
      }
    }
    return energy;
  } finally {
    await file.close();
  }
}
