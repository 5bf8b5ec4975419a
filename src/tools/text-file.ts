import { extname } from "node:path";

export type TextEncoding = "UTF-8" | "UTF-16LE" | "UTF-16BE" | "Windows-1252";

export interface TextFile {
  readonly text: string;
  readonly encoding: TextEncoding;
}

/** The longest piece of a line that counts as one line. Longer lines are cut into several, so that none is out of reach. */
export const longestLine = 3000;

/** The lines of a text, as read_file and search_files number them: from 1, each at most `longestLine` long. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === "") lines.pop();
  return lines.flatMap((line) => {
    if (line.length <= longestLine) return [line];
    const pieces = [];
    for (let start = 0; start < line.length; start += longestLine) pieces.push(line.slice(start, start + longestLine));
    return pieces;
  });
}

/** Decodes by byte order mark; without one as UTF-8, and what is not UTF-8 as Windows-1252, which takes any bytes. */
export function decode(bytes: Uint8Array): TextFile {
  const bom = markOf(bytes);
  if (bom !== undefined) return { text: new TextDecoder(bom).decode(bytes), encoding: bom };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "UTF-8" };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "Windows-1252" };
  }
}

/** The encoding that a byte order mark names. */
export function markOf(bytes: Uint8Array): "UTF-8" | "UTF-16LE" | "UTF-16BE" | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "UTF-8";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "UTF-16LE";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "UTF-16BE";
  return undefined;
}

const officeKinds: Readonly<Record<string, string>> = {
  ".docx": "a Word document",
  ".xlsx": "an Excel workbook",
  ".pptx": "a PowerPoint presentation",
  ".odt": "an OpenDocument text",
  ".ods": "an OpenDocument spreadsheet",
  ".epub": "an e-book",
};

const magic: readonly (readonly [string, string])[] = [
  ["%PDF-", "a PDF"],
  ["\x89PNG", "an image"],
  ["\xff\xd8\xff", "an image"],
  ["GIF8", "an image"],
  ["II*\0", "an image"],
  ["MM\0*", "an image"],
  ["ID3", "a recording"],
  ["OggS", "a recording"],
  ["fLaC", "a recording"],
  ["\xd0\xcf\x11\xe0", "an older Office document"],
  ["SQLite format 3\0", "a database"],
  ["\x1f\x8b", "a compressed file"],
];

/** What the file is when it is not text, in words for people. A NUL without a UTF-16 mark is not text. */
export function binaryKind(head: Uint8Array, path: string): string | undefined {
  const start = Array.from(head.subarray(0, 16), (byte) => String.fromCharCode(byte)).join("");
  for (const [bytes, kind] of magic) if (start.startsWith(bytes)) return kind;
  if (start.startsWith("RIFF")) return start.slice(8, 12) === "WEBP" ? "an image" : "a recording";
  if (start.startsWith("PK\x03\x04")) return officeKinds[extname(path).toLowerCase()] ?? "an archive";
  const mark = markOf(head);
  if (mark === "UTF-16LE" || mark === "UTF-16BE") return undefined;
  return head.includes(0) ? "not a text file" : undefined;
}
