import { pcmBytesPerSample, pcmSampleRate } from "../../shared/speech.ts";

/** Bytes of `wavHeader`. */
export const wavHeaderBytes = 44;

/** What a size field holds when there is more than it can say. */
const mostBytes = 0xff_ff_ff_ff;

/** The head of a WAVE file (RIFF, PCM) before so many bytes of 16 kHz mono s16le samples. */
export function wavHeader(dataBytes: number): Buffer {
  const header = Buffer.alloc(wavHeaderBytes);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(Math.min(mostBytes, dataBytes + wavHeaderBytes - 8), 4);
  header.write("WAVEfmt ", 8, "latin1");
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(pcmSampleRate, 24);
  header.writeUInt32LE(pcmSampleRate * pcmBytesPerSample, 28);
  header.writeUInt16LE(pcmBytesPerSample, 32);
  header.writeUInt16LE(pcmBytesPerSample * 8, 34);
  header.write("data", 36, "latin1");
  header.writeUInt32LE(Math.min(mostBytes, dataBytes), 40);
  return header;
}

/** A WAVE file around 16 kHz mono s16le samples (RIFF, PCM). */
export function wavBytes(pcm: Buffer): Buffer {
  return Buffer.concat([wavHeader(pcm.length), pcm]);
}
