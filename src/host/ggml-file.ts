import { open, type FileHandle } from "node:fs/promises";

/** What a whisper.cpp ggml file says of itself. */
export interface GgmlSpeechModel {
  readonly multilingual: boolean;
  readonly audioLayers: number;
  readonly textLayers: number;
}

export type GgmlCheck =
  | { readonly ok: true; readonly model: GgmlSpeechModel }
  | { readonly ok: false; readonly reason: "not-a-model" | "truncated" | "wrong-architecture" };

const magic = 0x67_67_6d_6c;
/** Bytes per block and values per block of ggml's tensor types, by type number. Source: ggml.h, ggml-common.h. */
const tensorTypes: Readonly<Record<number, readonly [bytes: number, values: number]>> = {
  0: [4, 1], // f32
  1: [2, 1], // f16
  2: [18, 32], // q4_0
  3: [20, 32], // q4_1
  6: [22, 32], // q5_0
  7: [24, 32], // q5_1
  8: [34, 32], // q8_0
  10: [84, 256], // q2_k
  11: [110, 256], // q3_k
  12: [144, 256], // q4_k
  13: [176, 256], // q5_k
  14: [210, 256], // q6_k
};

/**
 * Walks a whisper.cpp ggml file from its header through every tensor, reading only the tensor headers, and says
 * whether the file is whole. Format: whisper.cpp, `whisper_model_load`.
 */
export async function checkGgmlFile(path: string): Promise<GgmlCheck> {
  const file = await open(path, "r");
  try {
    return await walk(file, (await file.stat()).size);
  } catch (error) {
    if (error instanceof EndOfFile) return { ok: false, reason: "truncated" };
    throw error;
  } finally {
    await file.close();
  }
}

class EndOfFile extends Error {}

async function walk(file: FileHandle, size: number): Promise<GgmlCheck> {
  let at = 0;
  let window = Buffer.alloc(0);
  let windowStart = 0;
  const skip = (bytes: number) => {
    at += bytes;
    if (at > size) throw new EndOfFile();
  };
  const read = async (bytes: number): Promise<Buffer> => {
    const start = at;
    skip(bytes);
    if (start < windowStart || at > windowStart + window.length) {
      // The vocabulary is 50,000 short entries: one read each would take seconds.
      window = Buffer.alloc(Math.max(bytes, Math.min(1 << 16, size - start)));
      windowStart = start;
      await file.read(window, 0, window.length, start);
    }
    return window.subarray(start - windowStart, at - windowStart);
  };
  const int = async () => (await read(4)).readInt32LE();

  if (size < 4 || (await read(4)).readUInt32LE() !== magic) return { ok: false, reason: "not-a-model" };
  const header = await read(11 * 4);
  const [vocabulary, , audioState, , audioLayers, , textState, , textLayers, mels] = Array.from(
    { length: 10 },
    (_, i) => header.readInt32LE(i * 4),
  ) as [number, number, number, number, number, number, number, number, number, number];
  const plausible =
    vocabulary > 50_000 && vocabulary < 60_000 && audioState > 0 && textState > 0 && (mels === 80 || mels === 128);
  if (!plausible) return { ok: false, reason: "wrong-architecture" };

  const filterMels = await int();
  const filterBins = await int();
  skip(filterMels * filterBins * 4);
  const words = await int();
  for (let i = 0; i < words; i++) skip(await int());

  let tensors = 0;
  const more = () => at < size;
  while (more()) {
    const dimensions = await int();
    const nameLength = await int();
    const type = tensorTypes[await int()];
    if (dimensions < 1 || dimensions > 4 || nameLength < 1 || nameLength > 256 || type === undefined) {
      return { ok: false, reason: "wrong-architecture" };
    }
    let values = 1;
    for (let i = 0; i < dimensions; i++) values *= await int();
    skip(nameLength);
    skip((values / type[1]) * type[0]);
    tensors++;
  }
  // A file cut exactly between two tensors is whole by the walk; every Whisper has more than this many.
  if (tensors < audioLayers * 15 + textLayers * 24 + 11) return { ok: false, reason: "truncated" };
  return { ok: true, model: { multilingual: vocabulary >= 51_865, audioLayers, textLayers } };
}
