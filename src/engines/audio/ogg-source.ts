import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { OggVorbisDecoder } from "@wasm-audio-decoders/ogg-vorbis";
import { OggOpusDecoder } from "ogg-opus-decoder";
import type { AudioSource, ByteReader } from "./audio-source.ts";
import { wasmSource } from "./wasm-source.ts";

/** Opus in Ogg (RFC 7845). Always 48 kHz. */
export function oggOpusSource(file: ByteReader, signal: AbortSignal): AudioSource {
  return wasmSource(() => new OggOpusDecoder(), file, signal, missingEnd);
}

/** Vorbis in Ogg. */
export function oggVorbisSource(file: ByteReader, signal: AbortSignal): AudioSource {
  return wasmSource(() => new OggVorbisDecoder(), file, signal, missingEnd);
}

/** FLAC in Ogg. */
export function oggFlacSource(file: ByteReader, signal: AbortSignal): AudioSource {
  return wasmSource(() => new FLACDecoder(), file, signal, missingEnd);
}

/** A page is at most 65,307 bytes, so the last page begins within this much of the end (RFC 3533). */
const lastPageBytes = 65_307;

/** The last page of a finished stream carries the end-of-stream flag, and is as long as it says (RFC 3533). */
async function missingEnd(file: ByteReader): Promise<string | null> {
  const start = Math.max(0, file.size - lastPageBytes);
  const tail = Buffer.from(await file.read(start, lastPageBytes));
  const page = tail.lastIndexOf("OggS", undefined, "latin1");
  if (page < 0 || page + 27 > tail.length) return "it ends in the middle";
  const segments = tail[page + 26] ?? 0;
  const body = tail.subarray(page + 27, page + 27 + segments).reduce((sum, size) => sum + size, 0);
  const whole = page + 27 + segments + body <= tail.length;
  const ended = ((tail[page + 5] ?? 0) & 4) !== 0;
  return whole && ended ? null : "it has no end mark, so its end may be missing";
}
