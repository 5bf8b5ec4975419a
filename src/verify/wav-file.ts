import { readFileSync, writeFileSync } from "node:fs";

/** The samples of a 16 kHz mono s16le wav file, such as the sample recording: its data chunk. */
export function readPlainWav(path: string): Buffer {
  const file = readFileSync(path);
  let at = 12;
  while (file.toString("latin1", at, at + 4) !== "data") at += 8 + file.readUInt32LE(at + 4);
  return file.subarray(at + 8, at + 8 + file.readUInt32LE(at + 4));
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
