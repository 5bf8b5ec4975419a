import { IndoorsError } from "../../shared/errors.ts";
import { type AudioSource, type ByteReader, chunksOf } from "./audio-source.ts";
import { type SampleFormat, sampleReader } from "./sample-reader.ts";

interface WavHeader {
  readonly channels: number;
  readonly sampleRate: number;
  readonly frameBytes: number;
  readonly format: SampleFormat;
  readonly dataStart: number;
  /** Infinity when the header does not know: a stream that was never closed. */
  readonly dataBytes: number;
}

const formatPcm = 1;
const formatFloat = 3;
const formatALaw = 6;
const formatMuLaw = 7;
const formatExtensible = 0xfffe;
/** 0xFFFFFFFF: the size is in the ds64 chunk (EBU Tech 3306), or nobody knew it when the header was written. */
const unknownSize = 0xffffffff;

/**
 * Reads RIFF, RF64 and BW64 WAVE files: PCM of 8, 16, 24 and 32 bits, float of 32 and 64 bits, A-law and µ-law, any
 * number of channels. A data chunk that ends early, or has no length, is read as far as it goes.
 * Formats: Microsoft "Multimedia Programming Interface and Data Specifications 1.0", WAVEFORMATEXTENSIBLE, EBU Tech 3306.
 * @throws IndoorsError `audio.undecodable` without a usable header or for another codec inside.
 */
export async function* wavSource(file: ByteReader, signal: AbortSignal): AudioSource {
  const header = await readHeader(file);
  const read = sampleReader(header.format, header.channels);
  const end = Math.min(file.size, header.dataStart + header.dataBytes);
  let rest: Uint8Array = new Uint8Array(0);
  let position = header.dataStart;
  for await (const chunk of chunksOf(file, header.dataStart, signal)) {
    const usable = chunk.subarray(0, Math.max(0, end - position));
    position += chunk.length;
    const bytes = rest.length === 0 ? usable : joined(rest, usable);
    const frames = Math.floor(bytes.length / header.frameBytes);
    rest = bytes.slice(frames * header.frameBytes);
    if (frames > 0) yield { sampleRate: header.sampleRate, channels: read(bytes, frames) };
    if (position >= end) break;
  }
  const cutOff = header.dataBytes !== Infinity && header.dataStart + header.dataBytes > file.size;
  return cutOff ? "the data ends before the length that its header says" : null;
}

async function readHeader(file: ByteReader): Promise<WavHeader> {
  let format: Omit<WavHeader, "dataStart" | "dataBytes"> | undefined;
  let dataBytes64: number | undefined;
  for (let position = 12; position + 8 <= file.size;) {
    const head = view(await file.read(position, 8));
    const id = String.fromCharCode(head.getUint8(0), head.getUint8(1), head.getUint8(2), head.getUint8(3));
    const size = head.getUint32(4, true);
    const body = position + 8;
    if (id === "ds64") {
      const chunk = view(await file.read(body, 24));
      if (chunk.byteLength >= 16) dataBytes64 = Number(chunk.getBigUint64(8, true));
    } else if (id === "fmt ") format = readFormat(view(await file.read(body, Math.min(size, 40))));
    else if (id === "data") {
      if (format === undefined) break;
      // A live writer leaves 0 or 0xFFFFFFFF; the data then runs to the end of the file.
      const known = size === unknownSize ? (dataBytes64 ?? Infinity) : size === 0 ? await openEnded(file, body) : size;
      return { ...format, dataStart: body, dataBytes: known };
    }
    position = body + size + (size % 2);
  }
  throw new IndoorsError(
    "audio.undecodable",
    format === undefined ? "its header describes no sound format" : "it has no sound data",
  );
}

/** The length of a data chunk that says 0: nothing when the file ends or another chunk follows, else all there is. */
async function openEnded(file: ByteReader, body: number): Promise<number> {
  const next = await file.read(body, 8);
  if (next.length < 8) return 0;
  const named = next.subarray(0, 4).every((byte) => byte >= 0x20 && byte < 0x7f);
  return named && body + 8 + view(next).getUint32(4, true) <= file.size ? 0 : Infinity;
}

function readFormat(chunk: DataView): Omit<WavHeader, "dataStart" | "dataBytes"> {
  if (chunk.byteLength < 16) throw new IndoorsError("audio.undecodable", "its header is cut off");
  const tag = chunk.getUint16(0, true);
  const channels = chunk.getUint16(2, true);
  const sampleRate = chunk.getUint32(4, true);
  const frameBytes = chunk.getUint16(12, true);
  const bits = chunk.getUint16(14, true);
  // In the extensible form the true format is the first two bytes of the GUID.
  const code = tag === formatExtensible && chunk.byteLength >= 26 ? chunk.getUint16(24, true) : tag;
  const format = sampleFormat(code, bits, frameBytes, channels);
  if (format === undefined) {
    throw new IndoorsError(
      "audio.undecodable",
      `its sound is coded in a way that is not supported (WAVE format ${code}, ${bits} bits)`,
    );
  }
  if (channels === 0 || channels > 64 || sampleRate < 1000 || sampleRate > 384_000) {
    throw new IndoorsError(
      "audio.undecodable",
      `its header is not plausible (${channels} channels at ${sampleRate} Hz)`,
    );
  }
  return { channels, sampleRate, frameBytes, format };
}

function sampleFormat(code: number, bits: number, frameBytes: number, channels: number): SampleFormat | undefined {
  const bytes = frameBytes / channels;
  if (code === formatALaw && bytes === 1) return "a-law";
  if (code === formatMuLaw && bytes === 1) return "mu-law";
  if (code === formatFloat && bytes === 4) return "float32";
  if (code === formatFloat && bytes === 8) return "float64";
  if (code === formatPcm && bits > 0 && bits <= bytes * 8) {
    // The container decides: 20 bits in 3 bytes are left-aligned, so reading the 3 bytes is right.
    const whole = { 1: "uint8", 2: "int16", 3: "int24", 4: "int32" } as const;
    return whole[bytes as 1 | 2 | 3 | 4];
  }
  return undefined;
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}
