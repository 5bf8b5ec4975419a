import { extname } from "node:path";
import { IndoorsError, throwIfCancelled } from "../../shared/errors.ts";
import { openInGrant } from "../grant-path.ts";
import { neutraliseLine } from "../neutralise.ts";
import { documentKind, documentNames } from "./document-kind.ts";
import { type OpenDocument, overLimit, type Reading, refusal, wholeDocument } from "./reading.ts";
import { decodeBytes } from "./text-encoding.ts";

/** A file of a grant that is to be read as text. */
export interface DocumentFile {
  readonly root: string;
  readonly path: string;
  /** As the model sees it. */
  readonly shown: string;
  readonly most: { readonly textBytes: number; readonly documentBytes: number };
}

/** What was opened, with the encoding when it is plain text. */
export type Opened = OpenDocument & { readonly encoding?: string };

/**
 * Opens a file of any kind that can be read as text: plain text, web pages, PDF, Word, Excel, PowerPoint, e-books,
 * Outlook messages, pictures. The bytes say what it is, whatever its name. The parsers are loaded when they are needed.
 * Belongs into a worker: nothing here trusts the file.
 * @throws IndoorsError `file.unreadable`, `tool.denied`, `tool.limit`, `model.missing`, each with the file and what to do
 */
export async function openDocument(
  file: DocumentFile,
  with_: Pick<Reading, "ocr" | "until" | "signal">,
): Promise<Opened> {
  throwIfCancelled(with_.signal);
  const name = neutraliseLine(file.shown);
  const bytes = await readBytes(file, name);
  const extension = extname(file.path).toLowerCase();
  const expected = documentNames[extension];
  if (bytes.length === 0 && expected !== undefined) {
    throw refusal(name, `It is empty, so it is not ${expected}.`, "Get the file once more.");
  }
  const kind = documentKind(bytes.subarray(0, 8192), file.path);
  if (typeof kind !== "string") {
    throw refusal(name, `It is ${kind.unreadable}.`, "Text, office documents, PDF and pictures can be read.");
  }
  const reading: Reading = { name, path: file.path, bytes, ...with_ };
  switch (kind) {
    case "text": {
      if (expected !== undefined) {
        throw refusal(name, `It is named like ${expected}, and is none.`, "Get the file once more.");
      }
      const { text, encoding } = decodeBytes(bytes);
      return { ...wholeDocument("text", text), encoding };
    }
    case "html":
      return (await import("./html.ts")).openHtml(reading);
    case "pdf":
      return await (await import("./pdf.ts")).openPdf(reading);
    case "image":
      return (await import("./image.ts")).openImage(reading);
    case "ole":
      return await openOle(reading, extension);
    case "zip":
      return await openArchive(reading);
  }
}

async function openArchive(reading: Reading): Promise<OpenDocument> {
  const { openZip } = await import("./zip-archive.ts");
  const archive = openZip(reading.bytes, reading.name);
  if (archive.has("word/document.xml")) return (await import("./docx.ts")).openDocx(archive, reading);
  if (archive.has("xl/workbook.xml")) return (await import("./xlsx.ts")).openXlsx(archive, reading);
  if (archive.has("ppt/presentation.xml")) return (await import("./pptx.ts")).openPptx(archive, reading);
  if (archive.has("META-INF/container.xml")) return (await import("./epub.ts")).openEpub(archive, reading);
  const isOpenDocument = archive.has("content.xml") && archive.has("META-INF/manifest.xml");
  throw isOpenDocument
    ? refusal(reading.name, "It is an OpenDocument file.", "Save it as Word, Excel or PowerPoint and read that.")
    : refusal(reading.name, "It is an archive.", "Unpack it into the folder and read what is in it.");
}

/** The container of Outlook messages, of Office before 2007, and of newer documents with a password. */
async function openOle(reading: Reading, extension: string): Promise<OpenDocument> {
  // The names of streams stand in it as UTF-16.
  const isEncrypted = Buffer.from(reading.bytes.buffer, reading.bytes.byteOffset, reading.bytes.byteLength).includes(
    Buffer.from("EncryptedPackage", "utf16le"),
  );
  if (isEncrypted) throw refusal(reading.name, "It is encrypted.", "Save it without a password and try again.");
  if (/^\.(?:doc|xls|ppt|dot|xlt|pot|pps)$/.test(extension)) {
    throw refusal(
      reading.name,
      "It is of the kind that Office wrote before 2007.",
      `Save it as ${extension}x and read that.`,
    );
  }
  return (await import("./msg.ts")).openMsg(reading);
}

async function readBytes({ root, path, shown, most }: DocumentFile, name: string): Promise<Uint8Array> {
  const file = await openInGrant(root, path, shown);
  try {
    const { size } = await file.stat();
    const head = new Uint8Array(Math.min(size, 8192));
    await file.read(head, 0, head.length, 0);
    const kind = documentKind(head, path);
    const isText = kind === "text" || kind === "html";
    const limit = isText ? most.textBytes : most.documentBytes;
    if (typeof kind === "string" && size > limit) {
      throw overLimit(
        name,
        `It has ${megabytes(size)} MB; ${isText ? "text files" : "documents"} are read up to ${megabytes(limit)} MB.`,
        "Save a smaller part of it and read that.",
      );
    }
    // What is no document is told by its head; the rest of it need not be read.
    if (typeof kind !== "string") return head;
    const bytes = new Uint8Array(size);
    let at = 0;
    while (at < size) {
      const { bytesRead } = await file.read(bytes, at, size - at, at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes.subarray(0, at);
  } catch (error) {
    if (error instanceof IndoorsError) throw error;
    throw refusal(
      name,
      `The system said ${error instanceof Error && "code" in error ? String(error.code) : "no"}.`,
      "",
    );
  } finally {
    await file.close();
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
}
