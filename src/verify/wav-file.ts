import { readFileSync, writeFileSync } from "node:fs";

/** The samples of a 16 kHz mono s16le wav file with a plain 44-byte header, such as the sample recording. */
export function readPlainWav(path: string): Buffer {
  return readFileSync(path).subarray(44);
}

/** Writes PCM samples as a wav file. Format: RIFF WAVE, integer PCM. */
export function writeWav(
  path: string,
  pcm: Buffer,
  { rate = 16_000, channels = 1, bits = 16 }: { rate?: number; channels?: number; bits?: number } = {},
): void {
  const header = Buffer.alloc(44);
  const frame = (channels * bits) / 8;
  header.write("RIFF", 0);
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * frame, 28);
  header.writeUInt16LE(frame, 32);
  header.writeUInt16LE(bits, 34);
  header.write("data", 36);
  header.writeUInt32LE(pcm.length, 40);
  writeFileSync(path, Buffer.concat([header, pcm]));
}
