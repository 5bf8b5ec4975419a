import type { FileHandle } from "node:fs/promises";
import { Readable } from "node:stream";
import Papa from "papaparse";
import { IndoorsError, throwIfCancelled } from "../../shared/errors.ts";
import { parseDecimal } from "./decimal.ts";

/** A delimited text file, before its rows are read. */
export interface CsvTable {
  readonly columns: readonly string[];
  /** Whether the first row names the columns; otherwise they are called "column 1" and so on. */
  readonly hasHeader: boolean;
  readonly delimiter: string;
  readonly encoding: CsvEncoding;
  /** The first rows, without the header. */
  readonly sample: readonly (readonly string[])[];
}

export type CsvEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";

const headBytes = 256 * 1024;
const chunkBytes = 256 * 1024;
const sampleRows = 500;
/** What may pass without the end of a row: a quote that is never closed would be read to the end of the file. */
const longestRow = 4_000_000;
const delimiters = [",", ";", "\t", "|"];

/**
 * Finds out how the file is written from its beginning.
 * @throws IndoorsError `file.unreadable` when there is no table in it.
 */
export async function openCsvTable(file: FileHandle, shown: string): Promise<CsvTable> {
  const bytes = new Uint8Array(headBytes);
  const { bytesRead } = await file.read(bytes, 0, headBytes, 0);
  const head = bytes.subarray(0, bytesRead);
  const encoding = await encodingOf(file, head);
  let text = new TextDecoder(encoding).decode(head, { stream: true });
  // The last line may be cut off.
  if (bytesRead === headBytes) text = text.slice(0, text.lastIndexOf("\n") + 1) || text;
  const said = /^sep=(.)\r?\n/.exec(text)?.[1];
  if (said !== undefined) text = text.slice(text.indexOf("\n") + 1);
  const { data, meta } = Papa.parse<string[]>(text, {
    preview: sampleRows + 1,
    skipEmptyLines: "greedy",
    ...(said === undefined ? { delimitersToGuess: delimiters } : { delimiter: said }),
  });
  const [first, ...rest] = data;
  if (first === undefined) {
    throw new IndoorsError("file.unreadable", `'${shown}' cannot be read as a table. There is no row in it.`);
  }
  const hasHeader = isHeader(first);
  const width = Math.max(first.length, ...data.slice(0, 100).map((row) => row.length));
  const columns = namesOf(hasHeader ? first : [], width);
  return { columns, hasHeader, delimiter: meta.delimiter, encoding, sample: hasHeader ? rest : data };
}

/**
 * Reads all rows, a chunk at a time, and hands each to `onRow`. Never holds more than a chunk and a row.
 * @returns how many rows there are, without the header.
 * @throws IndoorsError `file.unreadable` for a row that does not end, `cancelled`
 */
export async function readCsvRows(
  file: FileHandle,
  table: CsvTable,
  shown: string,
  onRow: (row: readonly string[]) => void,
  signal: AbortSignal,
): Promise<number> {
  let rows = table.hasHeader ? -1 : 0;
  const passed = { sinceRow: 0 };
  const text = Readable.from(decoded(file, table.encoding, passed, signal), { objectMode: false, encoding: "utf8" });
  await new Promise<void>((resolve, reject) => {
    text.once("error", reject);
    Papa.parse<string[]>(text, {
      delimiter: table.delimiter,
      skipEmptyLines: "greedy",
      chunk({ data }) {
        if (data.length > 0) passed.sinceRow = 0;
        for (const row of data) {
          rows += 1;
          if (rows > 0) onRow(row);
        }
      },
      complete: () => resolve(),
      error: reject,
    });
  }).catch((error: unknown) => {
    if (!(error instanceof UnendingRow)) throw error;
    const where = `after row ${Math.max(0, rows)}`;
    throw new IndoorsError(
      "file.unreadable",
      `'${shown}' cannot be read as a table. ${where} a row does not end; is a quote never closed there?`,
    );
  });
  return rows;
}

class UnendingRow extends Error {}

async function* decoded(
  file: FileHandle,
  encoding: CsvEncoding,
  passed: { sinceRow: number },
  signal: AbortSignal,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  const chunk = new Uint8Array(chunkBytes);
  let isFirst = true;
  for (let position = 0; ;) {
    throwIfCancelled(signal);
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    passed.sinceRow += bytesRead;
    if (passed.sinceRow > longestRow) throw new UnendingRow();
    const text = decoder.decode(chunk.subarray(0, bytesRead), { stream: true });
    yield isFirst ? text.replace(/^sep=.\r?\n/, "") : text;
    isFirst = false;
  }
  yield decoder.decode();
}

/** By byte order mark; without one UTF-8, unless a byte of the file says that it is not. */
async function encodingOf(file: FileHandle, head: Uint8Array): Promise<CsvEncoding> {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const chunk = new Uint8Array(chunkBytes);
  try {
    for (let position = 0; ;) {
      const { bytesRead } = await file.read(chunk, 0, chunkBytes, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      decoder.decode(chunk.subarray(0, bytesRead), { stream: true });
    }
    decoder.decode();
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/** Names are words: a row with a number or a date in it is data. */
function isHeader(row: readonly string[]): boolean {
  const filled = row.filter((cell) => cell.trim() !== "");
  return (
    filled.length > 0 &&
    filled.length * 2 > row.length &&
    filled.every((cell) => parseDecimal(cell, ".") === undefined && parseDecimal(cell, ",") === undefined) &&
    filled.every((cell) => !/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}/.test(cell.trim()))
  );
}

/** Every column gets a name of its own. */
function namesOf(header: readonly string[], width: number): string[] {
  const names: string[] = [];
  for (let at = 0; at < width; at += 1) {
    const wanted = header[at]?.trim().replaceAll(/\s+/g, " ") || `column ${at + 1}`;
    let name = wanted;
    for (let n = 2; names.includes(name); n += 1) name = `${wanted} (${n})`;
    names.push(name);
  }
  return names;
}
