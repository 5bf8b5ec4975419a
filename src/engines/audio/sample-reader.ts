/** How one sample is coded. Little-endian. */
export type SampleFormat = "uint8" | "int16" | "int24" | "int32" | "float32" | "float64" | "a-law" | "mu-law";

const sampleBytes: Readonly<Record<SampleFormat, number>> = {
  uint8: 1,
  int16: 2,
  int24: 3,
  int32: 4,
  float32: 4,
  float64: 8,
  "a-law": 1,
  "mu-law": 1,
};

/** A function that turns `frames` interleaved frames into one array per channel, samples -1 to 1. */
export function sampleReader(
  format: SampleFormat,
  channels: number,
): (bytes: Uint8Array, frames: number) => Float32Array[] {
  const size = sampleBytes[format];
  const readOne = readers[format];
  return (bytes, frames) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: channels }, (_, channel) => {
      const samples = new Float32Array(frames);
      for (let frame = 0; frame < frames; frame++) {
        samples[frame] = finite(readOne(view, (frame * channels + channel) * size));
      }
      return samples;
    });
  };
}

const readers: Readonly<Record<SampleFormat, (view: DataView, offset: number) => number>> = {
  uint8: (view, offset) => (view.getUint8(offset) - 128) / 128,
  int16: (view, offset) => view.getInt16(offset, true) / 32_768,
  int24: (view, offset) => ((view.getInt8(offset + 2) << 16) | view.getUint16(offset, true)) / 8_388_608,
  int32: (view, offset) => view.getInt32(offset, true) / 2_147_483_648,
  float32: (view, offset) => view.getFloat32(offset, true),
  float64: (view, offset) => view.getFloat64(offset, true),
  "a-law": (view, offset) => aLaw(view.getUint8(offset)),
  "mu-law": (view, offset) => muLaw(view.getUint8(offset)),
};

/** A float file may hold NaN; one of those would silence everything the resampler touches. */
function finite(sample: number): number {
  return Number.isFinite(sample) ? sample : 0;
}

/** ITU-T G.711, A-law: even bits inverted, 13-bit range. */
function aLaw(byte: number): number {
  const code = byte ^ 0x55;
  const exponent = (code & 0x70) >> 4;
  const mantissa = code & 0x0f;
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return ((code & 0x80) === 0 ? -magnitude : magnitude) / 32_768;
}

/** ITU-T G.711, µ-law: all bits inverted, bias 132, 14-bit range. */
function muLaw(byte: number): number {
  const code = ~byte & 0xff;
  const magnitude = (((code & 0x0f) << 3) + 0x84) << ((code & 0x70) >> 4);
  return ((code & 0x80) === 0 ? magnitude - 0x84 : 0x84 - magnitude) / 32_768;
}
