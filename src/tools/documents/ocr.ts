import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { checkTime, type Reading, refusal } from "./reading.ts";

export interface OcrResult {
  readonly text: string;
  /** Mean confidence of the words, 0 to 100. */
  readonly confidence: number;
}

/** Reads pictures. One at a time; its owner disposes of it. */
export interface Ocr {
  /**
   * @param image a PNG, JPEG, TIFF, GIF, BMP, WebP or PNM file in memory
   * @throws IndoorsError `file.unreadable` for a damaged picture, `tool.limit` when the time is over
   */
  read(image: Uint8Array, reading: Reading): OcrResult;
  dispose(): void;
}

/** What is used of the library; its package has no types. */
interface Tesseract {
  readonly FS: { writeFile(path: string, data: Uint8Array): void };
  readonly TessBaseAPI: new () => {
    Init(folder: null, language: string, engine: number): number;
    SetVariable(name: string, value: string): boolean;
    SetImageFile(orientation: number, angle: number): number;
    FindLines(): void;
    GetGradient(): number;
    Recognize(monitor: null): number;
    GetUTF8Text(): string;
    MeanTextConf(): number;
    Clear(): void;
    End(): void;
  };
}

/** The weights of a language are 5 to 25 MB. */
const largestWeights = 100_000_000;
/** Below half a degree, turning the picture costs more than it helps. */
const smallestAngle = 0.005;
const lstmOnly = 1;
const quiet = () => {};

/**
 * Loads the text reader with its weights: English, and other languages in Latin letters less well.
 * @param weights the path of `eng.traineddata.gz`; null when it is not on this machine
 * @throws IndoorsError `model.missing`, `model.refused`
 */
export async function openOcr(weights: string | null): Promise<Ocr> {
  if (weights === null || !existsSync(weights)) {
    throw new IndoorsError(
      "model.missing",
      "Pictures and scans cannot be read: the model 'tesseract-eng' is not on this machine. " +
        "Fetch it with `indoors models fetch` while set-up has a connection, or copy it into the models folder.",
    );
  }
  const require = createRequire(import.meta.url);
  const file = require.resolve("tesseract.js-core/tesseract-core-simd-lstm.wasm");
  const create = require("tesseract.js-core/tesseract-core-simd-lstm.js") as (
    options: Record<string, unknown>,
  ) => Promise<Tesseract>;
  // The library says how far it is while it reads: the one moment in which it can be stopped.
  const watch = { check: quiet };
  const library = await create({
    wasmBinary: await readFile(file),
    print: quiet,
    printErr: quiet,
    TesseractProgress: () => watch.check(),
  });
  const api = new library.TessBaseAPI();
  try {
    library.FS.writeFile("eng.traineddata", gunzipSync(await readFile(weights), { maxOutputLength: largestWeights }));
    if (api.Init(null, "eng", lstmOnly) !== 0) throw new Error("its weights were not accepted");
  } catch (error) {
    throw new IndoorsError(
      "model.refused",
      `Pictures and scans cannot be read: ${messageOf(error)}. Check the model 'tesseract-eng' with \`indoors models verify\`.`,
    );
  }
  // Finds columns and blocks by itself.
  api.SetVariable("tessedit_pageseg_mode", "3");

  return {
    read(image, reading) {
      checkTime(reading);
      watch.check = () => checkTime(reading);
      try {
        library.FS.writeFile("/input", image);
        const damaged = refusal(reading.name, "It holds a damaged picture.", "Save it again as PNG and try again.");
        if (api.SetImageFile(1, 0) !== 0) throw damaged;
        api.FindLines();
        const angle = api.GetGradient();
        if (Math.abs(angle) >= smallestAngle && api.SetImageFile(1, angle) !== 0) throw damaged;
        api.Recognize(null);
        return { text: tidy(api.GetUTF8Text()), confidence: Math.max(0, api.MeanTextConf()) };
      } catch (error) {
        if (error instanceof IndoorsError) throw error;
        throw refusal(reading.name, `Its picture could not be read (${messageOf(error)}).`, "Save it smaller, as PNG.");
      } finally {
        watch.check = quiet;
        api.Clear();
      }
    },
    dispose: () => api.End(),
  };
}

let loaded: Promise<Ocr> | undefined;

/** `openOcr`, once a worker: it has one call, and ends with it. */
export function loadOcrOnce(weights: string | null): Promise<Ocr> {
  loaded ??= openOcr(weights);
  return loaded;
}

/** Lines of blanks and dirt go; at most one empty line stays between paragraphs. */
function tidy(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}
