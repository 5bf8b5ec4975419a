/** Builds WAVE files for tests, also broken ones. */
export interface WavOptions {
  readonly sampleRate: number;
  readonly channels: number;
  /** The WAVE format tag: 1 PCM, 3 float, 6 A-law, 7 µ-law. */
  readonly tag: number;
  readonly bits: number;
  readonly extensible?: boolean;
  /** Written into the data chunk instead of the true length. */
  readonly claimedBytes?: number;
  readonly riff?: "RIFF" | "RF64";
}

export function wavFile(data: Uint8Array, options: WavOptions): Buffer {
  const frameBytes = (options.bits / 8) * options.channels;
  const format = Buffer.alloc(options.extensible === true ? 40 : 16);
  format.writeUInt16LE(options.extensible === true ? 0xfffe : options.tag, 0);
  format.writeUInt16LE(options.channels, 2);
  format.writeUInt32LE(options.sampleRate, 4);
  format.writeUInt32LE(options.sampleRate * frameBytes, 8);
  format.writeUInt16LE(frameBytes, 12);
  format.writeUInt16LE(options.bits, 14);
  if (options.extensible === true) {
    format.writeUInt16LE(22, 16);
    format.writeUInt16LE(options.bits, 18);
    format.writeUInt16LE(options.tag, 24);
  }
  const ds64 = Buffer.alloc(28);
  ds64.writeBigUInt64LE(BigInt(data.length), 8);
  return Buffer.concat([
    Buffer.from(options.riff ?? "RIFF", "latin1"),
    uint32(0),
    Buffer.from("WAVE", "latin1"),
    ...(options.riff === "RF64" ? [Buffer.from("ds64", "latin1"), uint32(ds64.length), ds64] : []),
    Buffer.from("fmt ", "latin1"),
    uint32(format.length),
    format,
    Buffer.from("data", "latin1"),
    uint32(options.claimedBytes ?? (options.riff === "RF64" ? 0xffffffff : data.length)),
    data,
  ]);
}

/** Interleaves equal channels of samples in a coding. */
export function coded(samples: Float32Array, channels: number, write: (sample: number) => Uint8Array): Buffer {
  return Buffer.concat([...samples].flatMap((sample) => Array.from({ length: channels }, () => write(sample))));
}

export const coders = {
  uint8: (sample: number) => Uint8Array.of(Math.round(sample * 127) + 128),
  int16: (sample: number) => bytes(2, (b) => b.writeInt16LE(Math.round(sample * 32_767))),
  int24: (sample: number) => bytes(3, (b) => b.writeIntLE(Math.round(sample * 8_388_607), 0, 3)),
  int32: (sample: number) => bytes(4, (b) => b.writeInt32LE(Math.round(sample * 2_147_483_647))),
  float32: (sample: number) => bytes(4, (b) => b.writeFloatLE(sample)),
  float64: (sample: number) => bytes(8, (b) => b.writeDoubleLE(sample)),
} as const;

function bytes(length: number, fill: (buffer: Buffer) => void): Uint8Array {
  const buffer = Buffer.alloc(length);
  fill(buffer);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
