import { writeFile } from "node:fs/promises";
import { pcmSampleRate } from "../shared/speech.ts";

/** Writes `ms` milliseconds of a quiet 440 Hz tone as 16 kHz mono s16le: sound that is sure not to be speech. */
export async function writeTestTone(path: string, ms: number): Promise<void> {
  const samples = Math.round((ms * pcmSampleRate) / 1000);
  const pcm = Buffer.alloc(samples * 2);
  for (let i = 0; i < samples; i++) {
    pcm.writeInt16LE(Math.round(3000 * Math.sin((2 * Math.PI * 440 * i) / pcmSampleRate)), i * 2);
  }
  await writeFile(path, pcm, { mode: 0o600 });
}
