import { extname } from "node:path";
import { markOf } from "../text-file.ts";

/** What a file is, by its first bytes; where these do not say it, by its name. */
export type DocumentKind = "text" | "html" | "pdf" | "zip" | "image" | "ole" | { readonly unreadable: string };

const magic: readonly (readonly [string, DocumentKind])[] = [
  ["\x89PNG", "image"],
  ["\xff\xd8\xff", "image"],
  ["GIF8", "image"],
  ["II*\0", "image"],
  ["MM\0*", "image"],
  ["PK\x03\x04", "zip"],
  ["PK\x05\x06", "zip"],
  ["\xd0\xcf\x11\xe0", "ole"],
  ["ID3", { unreadable: "a recording" }],
  ["OggS", { unreadable: "a recording" }],
  ["fLaC", { unreadable: "a recording" }],
  ["SQLite format 3\0", { unreadable: "a database" }],
  ["\x1f\x8b", { unreadable: "a compressed file" }],
  ["7z\xbc\xaf", { unreadable: "an archive" }],
  ["Rar!", { unreadable: "an archive" }],
];

const htmlNames = new Set([".html", ".htm", ".xhtml"]);

/**
 * @param head the first bytes of the file, 1024 or more of them
 * @param path its name, for what has no signature
 */
export function documentKind(head: Uint8Array, path: string): DocumentKind {
  const start = Array.from(head.subarray(0, 1024), (byte) => String.fromCharCode(byte)).join("");
  for (const [bytes, kind] of magic) if (start.startsWith(bytes)) return kind;
  if (start.startsWith("RIFF")) return start.slice(8, 12) === "WEBP" ? "image" : { unreadable: "a recording" };
  if (start.startsWith("BM") && start.slice(6, 10) === "\0\0\0\0") return "image";
  // Readers of PDF look for the mark in the first 1024 bytes.
  if (start.includes("%PDF-")) return "pdf";
  const mark = markOf(head);
  const isWide = mark === "UTF-16LE" || mark === "UTF-16BE";
  if (!isWide && head.includes(0)) return { unreadable: "not a kind of file that can be read as text" };
  if (htmlNames.has(extname(path).toLowerCase())) return "html";
  const text = start.replace(/^\u00ef\u00bb\u00bf/, "");
  return /^\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html[\s>])/i.test(text) ? "html" : "text";
}

/** The names of kinds that are told by their name when a file is empty or broken from its first byte. */
export const documentNames: Readonly<Record<string, string>> = {
  ".pdf": "a PDF",
  ".docx": "a Word document",
  ".xlsx": "an Excel workbook",
  ".pptx": "a PowerPoint presentation",
  ".epub": "an e-book",
  ".msg": "an Outlook message",
  ".png": "a picture",
  ".jpg": "a picture",
  ".jpeg": "a picture",
  ".tif": "a picture",
  ".tiff": "a picture",
};
