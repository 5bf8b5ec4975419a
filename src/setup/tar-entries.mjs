/**
 * One member of a tar archive. `body` must be read before the next entry is asked for; what is left is skipped.
 * @typedef {object} TarEntry
 * @property {string} path as the archive has it, forward slashes: "package/dist/index.js"
 * @property {"file" | "folder" | "other"} type
 * @property {number} mode permission bits
 * @property {number} size bytes
 * @property {AsyncGenerator<Buffer, void>} body
 */

const block = 512;
const longestExtension = 1024 * 1024;

/**
 * Reads a tar archive (POSIX ustar with pax headers, as npm writes it) from a stream, holding one chunk at a time.
 * Format: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Interchange Format".
 * Throws an Error when the archive is damaged or ends too early.
 * @param {AsyncIterable<Buffer>} chunks
 * @returns {AsyncGenerator<TarEntry, void>}
 */
export async function* tarEntries(chunks) {
  const source = new ByteSource(chunks);
  /** @type {Record<string, string>} */
  let extended = {};
  for (;;) {
    const header = await source.read(block);
    if (header.every((byte) => byte === 0)) return;
    checkHeader(header);
    const kind = String.fromCharCode(header[156] ?? 0);
    const size = Number(extended["size"] ?? octal(header, 124, 12));
    const padding = (block - (size % block)) % block;
    if (kind === "x") {
      if (size > longestExtension) throw new Error("the archive is damaged: an extended header is too long");
      extended = paxRecords(await source.read(size));
      await source.skip(padding);
      continue;
    }
    const left = { bytes: size };
    const type = kind === "0" || kind === "\0" ? "file" : kind === "5" ? "folder" : "other";
    if (kind !== "g") {
      const path = extended["path"] ?? pathOf(header);
      yield { path, type, mode: octal(header, 100, 8), size, body: source.take(left) };
      extended = {};
    }
    await source.skip(left.bytes + padding);
  }
}

/** @param {Buffer} header */
function checkHeader(header) {
  let sum = 0;
  for (let index = 0; index < block; index++) sum += index >= 148 && index < 156 ? 32 : (header[index] ?? 0);
  if (sum !== octal(header, 148, 8)) throw new Error("the archive is damaged: a header has the wrong checksum");
}

/**
 * @param {Buffer} header
 * @param {number} start
 * @param {number} length
 */
function octal(header, start, length) {
  const text = textAt(header, start, length).trim();
  if (!/^[0-7]*$/.test(text)) throw new Error("the archive is damaged: a header holds no number where one belongs");
  return text === "" ? 0 : Number.parseInt(text, 8);
}

/** @param {Buffer} header */
function pathOf(header) {
  const name = textAt(header, 0, 100);
  const prefix = textAt(header, 257, 5) === "ustar" ? textAt(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/**
 * @param {Buffer} header
 * @param {number} start
 * @param {number} length
 */
function textAt(header, start, length) {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end < 0 ? length : end);
}

/**
 * Records of the form "LENGTH KEY=VALUE\n"; LENGTH counts the whole record in bytes.
 * @param {Buffer} records
 */
function paxRecords(records) {
  /** @type {Record<string, string>} */
  const found = {};
  let start = 0;
  while (start < records.length) {
    const space = records.indexOf(32, start);
    const length = Number.parseInt(records.toString("utf8", start, space), 10);
    if (space < 0 || !(length > 0)) throw new Error("the archive is damaged: an extended header cannot be read");
    const record = records.toString("utf8", space + 1, start + length - 1);
    const equals = record.indexOf("=");
    found[record.slice(0, equals)] = record.slice(equals + 1);
    start += length;
  }
  return found;
}

/** Bytes out of a stream of chunks, in amounts that suit the reader. */
class ByteSource {
  /** @type {AsyncIterator<Buffer>} */
  #chunks;
  /** @type {Buffer} */
  #held = Buffer.alloc(0);

  /** @param {AsyncIterable<Buffer>} chunks */
  constructor(chunks) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /**
   * Exactly `count` bytes. For headers; bodies go through `take`.
   * @param {number} count
   */
  async read(count) {
    const pieces = [];
    const left = { bytes: count };
    for await (const piece of this.take(left)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /**
   * The next `left.bytes` bytes in the pieces they come in. `left` counts down, so that a reader who stops early can
   * be skipped past.
   * @param {{ bytes: number }} left
   * @returns {AsyncGenerator<Buffer, void>}
   */
  async *take(left) {
    while (left.bytes > 0) {
      if (this.#held.length === 0) await this.#refill();
      const piece = this.#held.subarray(0, left.bytes);
      this.#held = this.#held.subarray(piece.length);
      left.bytes -= piece.length;
      yield piece;
    }
  }

  /** @param {number} count */
  async skip(count) {
    let left = count;
    while (left > 0) {
      if (this.#held.length === 0) await this.#refill();
      const skipped = Math.min(left, this.#held.length);
      this.#held = this.#held.subarray(skipped);
      left -= skipped;
    }
  }

  async #refill() {
    const next = await this.#chunks.next();
    if (next.done === true) throw new Error("the archive ends too early");
    this.#held = next.value;
  }
}
