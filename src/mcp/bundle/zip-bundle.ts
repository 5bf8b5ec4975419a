import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { crc32 } from "node:zlib";
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader } from "yauzl";
import { IndoorsError, throwIfCancelled } from "../../shared/errors.ts";
import { bundleLimits } from "./bundle-limits.ts";
import { entryNames } from "./entry-names.ts";
import { refusal } from "./refuse-bundle.ts";

/** One file of a zip. */
export interface ZipFileEntry {
  readonly name: string;
  readonly bytes: number;
  /** Whether its maker could run it. */
  readonly executable: boolean;
}

/** A zip that was looked through: every entry is a file or folder with a fit name, and all of them are bearable. */
export interface ZipBundle {
  readonly files: readonly ZipFileEntry[];
  /** The content of one small file. Undefined: there is none of that name. */
  read(name: string, maxBytes: number): Promise<Buffer | undefined>;
  /** Writes all files into an empty folder. */
  unpack(
    into: string,
    options: { readonly mayRun: boolean; readonly onBytes: (bytes: number) => void; readonly signal: AbortSignal },
  ): Promise<void>;
}

const blockBytes = 256 * 1024;
const kindMask = 0o170_000;
const plainFile = 0o100_000;
const plainFolder = 0o040_000;
const copyAgain = "Copy it again from its source.";
const tellMaker = "Do not use it; tell whoever gave it to you.";

/**
 * Looks through a zip: the first `bytes` of an open file, so that a signature may stand behind. `path` is for messages.
 * The file stays its owner's.
 * @throws IndoorsError `server.refused`
 */
export async function openZipBundle(path: string, file: FileHandle, bytes: number): Promise<ZipBundle> {
  const fault = (error: unknown): IndoorsError => {
    if (error instanceof IndoorsError) return error;
    const said = error instanceof Error ? error.message : String(error);
    return /^(?:invalid characters|absolute path|invalid relative path)/.test(said)
      ? refusal(path, "entry", `It would write outside of its own folder (${said}).`, tellMaker)
      : refusal(path, "damaged", `It is not a zip, or damaged: ${said}.`, copyAgain);
  };
  const zip = await fromRandomAccessReaderPromise(new OpenFile(file), bytes, {
    ...{ autoClose: false, validateEntrySizes: true, strictFileNames: true },
  }).catch((error: unknown) => {
    throw fault(error);
  });
  if (zip.entryCount > bundleLimits.entries) throw tooMany(path);
  const entries: Entry[] = [];
  const nameFault = entryNames();
  let total = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      entries.push(entry);
      if (entries.length > bundleLimits.entries) throw tooMany(path);
      const why = nameFault(entry.fileName) ?? kindFault(entry);
      if (why !== undefined) {
        throw refusal(path, "entry", `'${entry.fileName.slice(0, 200)}' cannot be in it: ${why}.`, tellMaker);
      }
      total += entry.uncompressedSize;
      if (total > bundleLimits.bytes || (total > bundleLimits.ratioFromBytes && total > bytes * bundleLimits.ratio)) {
        const what = `It would unpack to more than ${Math.floor(total / 1e6)} MB from ${Math.ceil(bytes / 1e6)} MB.`;
        throw refusal(path, "too-big", what, tellMaker);
      }
    }
  } catch (error) {
    throw fault(error);
  }
  const files = entries.filter(({ fileName }) => !fileName.endsWith("/"));

  /** Tells its bytes block by block, and checks them against the checksum at the end. */
  async function* content(entry: Entry): AsyncGenerator<Buffer> {
    const stream: Readable = await zip.openReadStreamPromise(entry);
    let sum = 0;
    for await (const block of stream as AsyncIterable<Buffer>) {
      sum = crc32(block, sum);
      yield block;
    }
    if (sum !== entry.crc32) throw new Error(`the checksum of ${entry.fileName} is wrong`);
  }

  return {
    files: files.map((entry) => ({
      name: entry.fileName,
      bytes: entry.uncompressedSize,
      executable: isExecutable(entry),
    })),
    async read(name, maxBytes) {
      const entry = files.find(({ fileName }) => fileName === name);
      if (entry === undefined) return undefined;
      if (entry.uncompressedSize > maxBytes) {
        throw refusal(path, "manifest", `Its ${name} is larger than ${maxBytes / 1e6} MB.`, tellMaker);
      }
      const blocks: Buffer[] = [];
      try {
        for await (const block of content(entry)) blocks.push(block);
      } catch (error) {
        throw fault(error);
      }
      return Buffer.concat(blocks);
    },
    async unpack(into, { mayRun, onBytes, signal }) {
      const folders = new Set(entries.map(({ fileName }) => dirname(`${fileName}.`)));
      for (const folder of folders) await mkdir(join(into, folder), { recursive: true, mode: 0o700 });
      try {
        for (const entry of files) {
          const target = await open(join(into, entry.fileName), "wx", mayRun && isExecutable(entry) ? 0o700 : 0o600);
          try {
            for await (const block of content(entry)) {
              throwIfCancelled(signal);
              await target.writeFile(block);
              onBytes(block.length);
            }
          } finally {
            await target.close();
          }
        }
      } catch (error) {
        throw fault(error);
      }
    },
  };
}

/** A file that somebody else opened and closes. */
class OpenFile extends RandomAccessReader {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    super();
    this.#file = file;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#blocks(start, end), { objectMode: false });
  }

  async *#blocks(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end;) {
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(Math.min(blockBytes, end - at)), {
        position: at,
      });
      if (bytesRead === 0) throw new Error("it ends too early");
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }
}

function kindFault(entry: Entry): string | undefined {
  const kind = (entry.externalFileAttributes >>> 16) & kindMask;
  const folder = entry.fileName.endsWith("/");
  if (kind !== 0 && kind !== (folder ? plainFolder : plainFile)) return "it is a link or a device";
  if (entry.isEncrypted()) return "it is encrypted";
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    return "it is packed in a way that is not read here";
  return folder && entry.uncompressedSize > 0 ? "it is a folder with content" : undefined;
}

function isExecutable(entry: Entry): boolean {
  return ((entry.externalFileAttributes >>> 16) & 0o100) !== 0;
}

function tooMany(path: string): IndoorsError {
  return refusal(path, "too-big", `It holds more than ${bundleLimits.entries} files.`, tellMaker);
}
