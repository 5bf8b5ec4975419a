import { crc32, inflateRawSync } from "node:zlib";
import { overLimit, refusal } from "./reading.ts";

/** More entries than any office document has. */
const mostEntries = 10_000;
/** The largest single entry, and all entries that are read together, in bytes. */
const largestEntry = 100_000_000;
const mostBytes = 300_000_000;
/** Text that repeats itself shrinks to a fiftieth; a bomb to a thousandth. Small entries may do as they like. */
const highestRatio = 200;
const ratioMattersFrom = 5_000_000;

const remedy = "Open it in its own program and save it again; if that fails, it is damaged or made to do harm.";

interface Entry {
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly offset: number;
}

/** A zip archive in memory. Entries are found by their exact name, so a name never becomes a path on disk. */
export interface ZipArchive {
  readonly names: readonly string[];
  has(name: string): boolean;
  /**
   * The bytes of an entry, checked against its size, its checksum and the limits.
   * @throws IndoorsError `file.unreadable`, or `tool.limit` for a zip bomb.
   */
  bytes(name: string): Uint8Array;
  /** `bytes` as UTF-8, or UTF-16 by its mark. */
  text(name: string): string;
}

/**
 * Reads the table of contents of a zip archive.
 * @throws IndoorsError `file.unreadable` when it is not whole, `tool.limit` when it has too many entries.
 */
export function openZip(archive: Uint8Array, name: string): ZipArchive {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength);
  const damaged = (why: string) => refusal(name, `It is damaged: ${why}.`, remedy);
  const entries = entriesOf(archive, view, name, damaged);
  let unpacked = 0;

  const bytes = (wanted: string): Uint8Array => {
    const entry = entries.get(wanted);
    if (entry === undefined) throw damaged(`it has no '${wanted}'`);
    if ((entry.flags & 1) !== 0) throw refusal(name, "It is encrypted.", "Save it without a password and try again.");
    const tooLarge = entry.size > largestEntry || unpacked + entry.size > mostBytes;
    if (tooLarge || isBomb(entry.packed, entry.size)) throw bomb(name, entry);
    if (entry.offset + 30 > archive.length || view.getUint32(entry.offset, true) !== 0x04034b50) {
      throw damaged("an entry does not begin where it should");
    }
    const start = entry.offset + 30 + view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
    if (start + entry.packed > archive.length) throw damaged("it ends too early");
    const data = unpack(archive.subarray(start, start + entry.packed), entry);
    unpacked += data.length;
    return data;
  };

  /** Never makes more than the entry says it has: what it says has been checked. */
  const unpack = (packed: Uint8Array, entry: Entry): Uint8Array => {
    if (entry.method !== 0 && entry.method !== 8) throw damaged("it is packed in an unknown way");
    let data = packed;
    if (entry.method === 8) {
      try {
        data = inflateRawSync(packed, { maxOutputLength: Math.max(entry.size, 1) });
      } catch (error) {
        // More than it says: only an archive that is made to do harm has that.
        if (error instanceof RangeError) throw bomb(name, entry);
        throw damaged("its contents cannot be unpacked");
      }
    }
    if (data.length !== entry.size || crc32(data) !== entry.crc) throw damaged("a checksum is wrong");
    return data;
  };

  return {
    names: [...entries.keys()],
    has: (wanted) => entries.has(wanted),
    bytes,
    text(wanted) {
      const data = bytes(wanted);
      const mark = (data[0] ?? 0) * 256 + (data[1] ?? 0);
      return new TextDecoder(mark === 0xfffe ? "utf-16le" : mark === 0xfeff ? "utf-16be" : "utf-8").decode(data);
    },
  };
}

function entriesOf(
  archive: Uint8Array,
  view: DataView,
  name: string,
  damaged: (why: string) => Error,
): ReadonlyMap<string, Entry> {
  const end = endRecord(view);
  if (end === undefined) throw damaged("the end of the archive is missing");
  const count = view.getUint16(end + 10, true);
  if (count > mostEntries) {
    throw overLimit(name, `It is an archive of ${count} entries; at most ${mostEntries} are read.`, remedy);
  }
  const entries = new Map<string, Entry>();
  const decoder = new TextDecoder();
  let at = view.getUint32(end + 16, true);
  for (let left = count; left > 0; left--) {
    if (at + 46 > archive.length || view.getUint32(at, true) !== 0x02014b50) {
      throw damaged("its table of contents is broken");
    }
    const nameLength = view.getUint16(at + 28, true);
    const entryName = decoder.decode(archive.subarray(at + 46, at + 46 + nameLength));
    entries.set(entryName, {
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/** The end record stands last, before a comment of at most 65,535 bytes. */
function endRecord(view: DataView): number | undefined {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  return undefined;
}

function isBomb(packed: number, size: number): boolean {
  return size > ratioMattersFrom && size > highestRatio * packed;
}

function bomb(name: string, entry: Entry): Error {
  const claimed = `${Math.round(entry.packed / 1000)} KB that unpack to ${Math.round(entry.size / 1e6)} MB or more`;
  return overLimit(name, `It is packed like a zip bomb: ${claimed}.`, remedy);
}
