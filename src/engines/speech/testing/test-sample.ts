import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../../", import.meta.url));
export const baseModel = `${root}models/ggml-base.en.bin`;
export const tinyModel = `${root}models/ggml-tiny.bin`;

/** Writes the sound of the sample recording, which is 16 kHz mono 16-bit, as a PCM file. */
export async function writeSample(pcmPath: string): Promise<void> {
  const wav = await readFile(`${root}models/apollo-13.wav`);
  await writeFile(pcmPath, wav.subarray(wav.indexOf("data", 0, "latin1") + 8));
}
