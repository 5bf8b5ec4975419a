import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { PdfPage, type PdfiumCalls } from "./pdf-page.ts";
import { checkTime, type OpenDocument, overLimit, type Reading, refusal } from "./reading.ts";

const mostPages = 5000;
/** A page with fewer letters than this is a scan. */
const fewestLetters = 20;

/**
 * Opens a PDF. Pages with text are read as they are; pages without are drawn and read as pictures, and so are pictures
 * on a page with text when they are large enough to hold some.
 * @throws IndoorsError `file.unreadable`: encrypted, damaged; `tool.limit`: too many pages
 */
export async function openPdf(reading: Reading): Promise<OpenDocument> {
  const { name, bytes } = reading;
  const library = await PDFiumLibrary.init({ wasmBinary: await pdfiumBinary() });
  let document;
  try {
    document = await library.loadDocument(bytes);
  } catch (error) {
    if (/password/i.test(messageOf(error))) {
      throw refusal(name, "It is encrypted.", "Save it without a password and try again.");
    }
    throw refusal(name, "It is no PDF, or it is damaged.", "Open it in a PDF program and save it again.");
  }
  const count = document.getPageCount();
  if (count > mostPages) {
    throw overLimit(name, `It has ${count} pages; at most ${mostPages} are read.`, "Save a part of it and read that.");
  }
  if (count === 0) throw refusal(name, "It has no pages.", "Open it in a PDF program and save it again.");
  // The types of the package keep these to themselves; they are the interface of PDFium.
  const calls = (library as unknown as { readonly module: PdfiumCalls }).module;
  const handle = (document as unknown as { readonly documentIdx: number }).documentIdx;
  const form = document.initializeFormFields();
  const notes: string[] = [];
  const note = (sentence: string) => {
    if (!notes.includes(sentence)) notes.push(sentence);
  };

  return {
    kind: "a PDF",
    unit: "page",
    count,
    notes,
    async section(index) {
      checkTime(reading);
      const label = count === 1 ? "" : `[page ${index + 1}]`;
      let page: PdfPage | undefined;
      try {
        page = new PdfPage(calls, { document: handle, form, index });
        const text = page.text();
        const fields = page.fields();
        const letters = text.replace(/\s/g, "").length;
        const pictures = letters < fewestLetters ? ["page" as const] : page.pictures();
        const read: { readonly text: string; readonly confidence: number }[] = [];
        for (const picture of page.isEmpty ? [] : pictures) {
          if (reading.ocr === null) continue;
          const image = picture === "page" ? page.draw() : page.drawPicture(picture);
          if (image !== undefined) read.push((await reading.ocr()).read(image, reading));
        }
        const found = read.filter((one) => one.text !== "");
        const shown = letters < fewestLetters && found.length > 0 ? "" : text;
        return {
          label,
          text: [shown, ...found.map((one) => (shown === "" ? one.text : `[picture: ${one.text}]`)), ...fields]
            .filter((part) => part !== "")
            .join("\n"),
          confidence: found.length === 0 ? null : found.reduce((sum, one) => sum + one.confidence, 0) / found.length,
        };
      } catch (error) {
        if (error instanceof IndoorsError && error.code === "model.missing") {
          note(error.message);
          return { label, text: page?.text() || "(This page is a picture.)", confidence: null };
        }
        if (error instanceof IndoorsError) throw error;
        throw refusal(
          name,
          `Page ${index + 1} is damaged or made to do harm (${whatFailed(error)}).`,
          "Open it in a PDF program and save it again.",
        );
      } finally {
        quietly(() => page?.close());
      }
    },
    dispose: () => quietly(() => library.destroy()),
  };
}

/** PDFium gives up altogether when it gets no more memory. */
function whatFailed(error: unknown): string {
  return /abort/i.test(messageOf(error)) ? "it asks for more memory than there is" : messageOf(error);
}

/** After a file has brought the library down, clearing up fails too, and says nothing new. */
function quietly(clear: () => void): void {
  try {
    clear();
  } catch {
    // The worker ends soon, and everything with it.
  }
}

async function pdfiumBinary(): Promise<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = await readFile(
    fileURLToPath(import.meta.resolve("@hyzyla/pdfium/pdfium.wasm")),
  );
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}
