import { MPEGDecoder } from "mpg123-decoder";
import type { AudioSource, ByteReader } from "./audio-source.ts";
import { id3Length, isMpegFrame } from "./sniff-format.ts";
import { wasmSource } from "./wasm-source.ts";

/** MPEG-1/2/2.5 audio, layers I to III, through mpg123. Tags are skipped; encoder delay is removed where it is noted. */
export async function* mp3Source(file: ByteReader, signal: AbortSignal): AudioSource {
  const { bytes, frame } = await firstFrame(file);
  // mpg123 gives two equal channels for a mono file; mode 3 in the frame header is mono (ISO/IEC 11172-3, 2.4.2.3).
  const mono = (bytes[frame + 3] ?? 0) >> 6 === 3;
  const source = wasmSource(() => new MPEGDecoder(), file, signal, truncation);
  try {
    for (let next = await source.next(); ; next = await source.next()) {
      if (next.done === true) return next.value;
      const { sampleRate, channels } = next.value;
      yield { sampleRate, channels: mono ? channels.slice(0, 1) : channels };
    }
  } finally {
    await source.return(null);
  }
}

/** Where the first frame begins in the first bytes after a tag. */
async function firstFrame(file: ByteReader): Promise<{ start: number; bytes: Uint8Array; frame: number }> {
  const start = id3Length(await file.read(0, 10));
  const bytes = await file.read(start, 4096);
  let frame = 0;
  while (frame + 4 < bytes.length && !isMpegFrame(bytes, frame)) frame++;
  return { start, bytes, frame };
}

/** Encoders count the stream with or without its first frame, the longest of which has this many bytes. */
const frameBytes = 1500;

/** The Xing or Info header in the first frame says how many bytes the stream has (LAME's mp3 info tag, revision 1). */
async function truncation(file: ByteReader): Promise<string | null> {
  const { start, bytes, frame } = await firstFrame(file);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const tag = ["Xing", "Info"]
    .map((name) => text.indexOf(name, frame, "latin1"))
    .find((at) => at >= 0 && at < frame + 64);
  if (tag === undefined || tag + 16 > text.length) return null;
  const flags = text.readUInt32BE(tag + 4);
  if ((flags & 2) === 0) return null;
  const promised = text.readUInt32BE(tag + 8 + ((flags & 1) === 0 ? 0 : 4));
  return start + frame + promised > file.size + frameBytes ? "it ends before the length that its header says" : null;
}
