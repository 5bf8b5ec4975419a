import { pcmBytesPerSample, pcmSampleRate } from "../../shared/speech.ts";

/** A WAVE file around 16 kHz mono s16le samples (RIFF, PCM). */
export function wavBytes(pcm: Buffer): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(36 + pcm.length, 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(pcmSampleRate, 24);
  header.writeUInt32LE(pcmSampleRate * pcmBytesPerSample, 28);
  header.writeUInt16LE(pcmBytesPerSample, 32);
  header.writeUInt16LE(8 * pcmBytesPerSample, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
}
