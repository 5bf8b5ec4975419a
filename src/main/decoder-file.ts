import { constants } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename } from "node:path";
import type { Implementation } from "../shared/contract.ts";
import { decoderBlockBytes, type decoderFileContract } from "../shared/decoder-contract.ts";
import { IndoorsError } from "../shared/errors.ts";
import { pcmBytesPerSample, pcmSampleRate } from "../shared/speech.ts";

/** No recording is longer. A page that a file took over could else fill the disk. */
const mostPcmBytes = 24 * 3600 * pcmSampleRate * pcmBytesPerSample;

/** The one file that a decoder page may read, and the one that its samples go to. */
export interface DecoderFile {
  readonly name: string;
  readonly bytes: number;
  /** What the page may ask for. Everything it says is checked. */
  readonly methods: Implementation<typeof decoderFileContract>;
  /** Milliseconds of sound written so far. */
  durationMs(): number;
  /** Puts the samples where they belong. */
  finish(): Promise<void>;
  /** Closes both, and takes away what was not finished. */
  dispose(): Promise<void>;
}

/**
 * Opens a recording for reading and `pcmPath` with `.part` for writing.
 * @throws IndoorsError `file.unreadable`
 */
export async function openDecoderFile(path: string, pcmPath: string): Promise<DecoderFile> {
  const name = basename(path);
  const { handle: source, bytes } = await openSource(path, name);
  const part = `${pcmPath}.part`;
  const target = await open(part, "w", 0o600).catch(async (thrown: unknown) => {
    await source.close();
    throw thrown;
  });
  let written = 0;
  let closed: Promise<void> | undefined;
  const close = async () => {
    closed ??= source.close().finally(() => target.close());
    await closed;
  };
  // Writes go one after the other even when the page does not wait: their order is the order of the samples.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };

  return {
    name,
    bytes,
    methods: {
      async read({ start, end }) {
        if (start >= end || end > bytes || end - start > decoderBlockBytes) throw new IndoorsError("input.invalid");
        return { bytes: await readFully(source, start, end) };
      },
      write: ({ samples }) =>
        inTurn(async () => {
          const { length } = samples;
          if (length > decoderBlockBytes || length % pcmBytesPerSample !== 0) throw new IndoorsError("input.invalid");
          if (written + length > mostPcmBytes) {
            throw new IndoorsError("audio.undecodable", "it says it is longer than a day");
          }
          for (let at = 0; at < length;) at += (await target.write(samples, at, length - at)).bytesWritten;
          written += length;
          return {};
        }),
    },
    durationMs: () => (written * 1000) / (pcmBytesPerSample * pcmSampleRate),
    async finish() {
      await last;
      await close();
      await rename(part, pcmPath);
    },
    async dispose() {
      await last;
      await close();
      await rm(part, { force: true });
    },
  };
}

async function openSource(path: string, name: string): Promise<{ handle: FileHandle; bytes: number }> {
  const unreadable = (why: string) =>
    new IndoorsError("file.unreadable", `Decoding failed: ${name}. ${why} Choose the recording itself.`);
  let handle;
  try {
    // A named pipe would else wait for a writer for ever.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (thrown) {
    throw unreadable(`It cannot be opened (${(thrown as NodeJS.ErrnoException).code ?? "unknown"}).`);
  }
  const facts = await handle.stat();
  if (facts.isFile()) return { handle, bytes: facts.size };
  await handle.close();
  throw unreadable("It is not a file.");
}

async function readFully(file: FileHandle, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - start);
  let at = 0;
  while (at < bytes.length) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, start + at);
    if (bytesRead === 0) throw new IndoorsError("audio.undecodable", "it became shorter while it was read");
    at += bytesRead;
  }
  return bytes;
}
