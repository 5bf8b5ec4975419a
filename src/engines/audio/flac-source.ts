import { FLACDecoder } from "@wasm-audio-decoders/flac";
import type { AudioSource, ByteReader } from "./audio-source.ts";
import { id3Length } from "./sniff-format.ts";
import { wasmSource } from "./wasm-source.ts";

/** FLAC (RFC 9639), with or without an ID3 tag in front. */
export async function* flacSource(file: ByteReader, signal: AbortSignal): AudioSource {
  const skip = id3Length(await file.read(0, 10));
  const promised = await promisedSamples(file, skip);
  const source = wasmSource(
    () => new FLACDecoder(),
    skip === 0 ? file : fromOffset(file, skip),
    signal,
    async () => null,
  );
  let decoded = 0;
  try {
    for (let next = await source.next(); ; next = await source.next()) {
      if (next.done === true) return promised > decoded ? "it ends before the length that its header says" : next.value;
      decoded += next.value.channels[0]?.length ?? 0;
      yield next.value;
    }
  } finally {
    await source.return(null);
  }
}

/** Total samples per channel from STREAMINFO: 36 bits from bit 108 of the block; 0 when unknown. */
async function promisedSamples(file: ByteReader, start: number): Promise<number> {
  const info = await file.read(start + 8, 34);
  if (info.length < 18) return 0;
  const [high = 0, a = 0, b = 0, c = 0, d = 0] = info.subarray(13, 18);
  return (high & 0x0f) * 2 ** 32 + a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
}

function fromOffset(file: ByteReader, offset: number): ByteReader {
  return {
    size: file.size - offset,
    read: (position, length) => file.read(position + offset, length),
    reached: (position) => file.reached(position + offset),
  };
}
