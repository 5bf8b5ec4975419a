import { type AudioBlock, type AudioSource, type ByteReader, chunksOf } from "./audio-source.ts";

/** What the WebAssembly decoders of one family have in common. */
export interface WasmDecoder {
  readonly ready: Promise<void>;
  decode(bytes: Uint8Array): WasmAudio | Promise<WasmAudio>;
  /** Decoders of containers hold the last packets back until told that there is no more. */
  flush?(): WasmAudio | Promise<WasmAudio>;
  free(): void;
}

interface WasmAudio {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly { readonly message: string }[];
}

/** A decoder may complain of many packets; more than this share of chunks with complaints is damage worth a word. */
const damageClause = "some of its data is damaged and was left out";

/**
 * Runs a file through a WebAssembly decoder, chunk by chunk. The decoder is freed at the end, also when the reader stops
 * early. `check` looks for signs in the file that its end is missing.
 */
export async function* wasmSource(
  create: () => WasmDecoder,
  file: ByteReader,
  signal: AbortSignal,
  check: (file: ByteReader) => Promise<string | null>,
): AudioSource {
  const decoder = create();
  let damaged = false;
  try {
    await decoder.ready;
    for await (const chunk of chunksOf(file, 0, signal)) {
      const audio = await attempt(() => decoder.decode(chunk));
      if (audio === undefined) {
        damaged = true;
        break;
      }
      damaged ||= audio.errors.length > 0;
      if (audio.samplesDecoded > 0) yield blockOf(audio);
      // Decoding is synchronous work: let a cancel or a closed channel be heard between chunks.
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    const last = decoder.flush === undefined ? undefined : await attempt(() => decoder.flush?.());
    if (last !== undefined && last.samplesDecoded > 0) yield blockOf(last);
    return (await check(file)) ?? (damaged ? damageClause : null);
  } finally {
    decoder.free();
  }
}

/** These decoders throw what their C code could not stand; for us that is a damaged file, not a bug. */
async function attempt<T>(run: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch {
    return undefined;
  }
}

function blockOf(audio: WasmAudio): AudioBlock {
  return {
    sampleRate: audio.sampleRate,
    channels: audio.channelData.map((channel) => channel.subarray(0, audio.samplesDecoded)),
  };
}
