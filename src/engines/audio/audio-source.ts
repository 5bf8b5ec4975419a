/** A piece of decoded audio. One array per channel, equal lengths, samples -1 to 1. */
export interface AudioBlock {
  readonly sampleRate: number;
  readonly channels: readonly Float32Array[];
}

/**
 * Decoded audio in order, a piece at a time. It returns at the end: null when the file was whole, else one clause that
 * says what is wrong with it ("the data ends before the length in its header").
 */
export type AudioSource = AsyncGenerator<AudioBlock, string | null, void>;

/** Opens an audio source over a file that is read from its beginning. */
export type OpenSource = (file: ByteReader, signal: AbortSignal) => AudioSource;

/** Sequential and positioned reading of one open file. */
export interface ByteReader {
  readonly size: number;
  /** Up to `length` bytes from `position`; fewer at the end of the file. The buffer belongs to the caller. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Tells how far reading has come, for progress. */
  reached(position: number): void;
}

const chunkBytes = 128 * 1024;

/** The file from `start` to its end, in chunks. */
export async function* chunksOf(file: ByteReader, start: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let position = start; position < file.size;) {
    signal.throwIfAborted();
    const chunk = await file.read(position, chunkBytes);
    if (chunk.length === 0) return;
    position += chunk.length;
    file.reached(position);
    yield chunk;
  }
}
