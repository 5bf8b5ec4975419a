import { layoutText, type PdfCharacter } from "./pdf-layout.ts";

/** What is used of PDFium's C interface. Numbers are addresses and handles; 0 is none. */
export interface PdfiumCalls {
  readonly HEAPU8: Uint8Array;
  readonly wasmExports: { malloc(size: number): number; free(address: number): void };
  _FPDF_LoadPage(document: number, index: number): number;
  _FPDF_ClosePage(page: number): void;
  _FPDF_GetPageWidthF(page: number): number;
  _FPDF_GetPageHeightF(page: number): number;
  _FORM_OnAfterLoadPage(page: number, form: number): void;
  _FORM_OnBeforeClosePage(page: number, form: number): void;
  _FPDFText_LoadPage(page: number): number;
  _FPDFText_ClosePage(text: number): void;
  _FPDFText_CountChars(text: number): number;
  _FPDFText_GetUnicode(text: number, index: number): number;
  _FPDFText_GetCharAngle(text: number, index: number): number;
  _FPDFText_GetLooseCharBox(text: number, index: number, rectangle: number): number;
  _FPDFPage_CountObjects(page: number): number;
  _FPDFPage_GetObject(page: number, index: number): number;
  _FPDFPageObj_GetType(object: number): number;
  _FPDFPageObj_GetBounds(object: number, left: number, bottom: number, right: number, top: number): number;
  _FPDFImageObj_GetRenderedBitmap(document: number, page: number, object: number): number;
  _FPDFPage_GetAnnotCount(page: number): number;
  _FPDFPage_GetAnnot(page: number, index: number): number;
  _FPDFPage_CloseAnnot(annotation: number): void;
  _FPDFAnnot_GetSubtype(annotation: number): number;
  _FPDFAnnot_GetStringValue(annotation: number, key: number, buffer: number, bytes: number): number;
  _FPDFAnnot_GetFormFieldType(form: number, annotation: number): number;
  _FPDFAnnot_GetFormFieldName(form: number, annotation: number, buffer: number, bytes: number): number;
  _FPDFAnnot_GetFormFieldValue(form: number, annotation: number, buffer: number, bytes: number): number;
  _FPDFAnnot_IsChecked(form: number, annotation: number): number;
  _FPDFBitmap_CreateEx(width: number, height: number, format: number, address: number, stride: number): number;
  _FPDFBitmap_FillRect(b: number, left: number, top: number, width: number, height: number, colour: number): void;
  _FPDFBitmap_GetFormat(bitmap: number): number;
  _FPDFBitmap_GetBuffer(bitmap: number): number;
  _FPDFBitmap_GetWidth(bitmap: number): number;
  _FPDFBitmap_GetHeight(bitmap: number): number;
  _FPDFBitmap_GetStride(bitmap: number): number;
  _FPDFBitmap_Destroy(bitmap: number): void;
  _FPDF_RenderPageBitmap(
    b: number,
    page: number,
    x: number,
    y: number,
    w: number,
    h: number,
    r: number,
    f: number,
  ): void;
  _FPDF_FFLDraw(
    ...a: [form: number, b: number, page: number, x: number, y: number, w: number, h: number, r: number, f: number]
  ): void;
}

const grey = 1;
const imageObject = 3;
const widget = 20;
const checkbox = 2;
const radioButton = 3;
/** How PDFium writes a hyphen at the end of a line, together with the end of the line. */
const endHyphen = 2;
const drawAnnotations = 0x01;
const drawGrey = 0x08;

/** What text is read best at, and what an A4 page may come to at most. */
const dotsPerInch = 300;
const mostPixels = 12_000_000;
const mostCharacters = 300_000;
const mostAnnotations = 2000;
const mostObjects = 20_000;
/** A smaller part of the page is a logo; more pictures than this are decoration. */
const smallestShare = 0.02;
const mostPictures = 4;

/** One page of an open PDF. Its owner closes it. */
export class PdfPage {
  readonly #calls: PdfiumCalls;
  readonly #document: number;
  readonly #form: number;
  readonly #page: number;

  constructor(calls: PdfiumCalls, where: { readonly document: number; readonly form: number; readonly index: number }) {
    this.#calls = calls;
    this.#document = where.document;
    this.#form = where.form;
    this.#page = calls._FPDF_LoadPage(where.document, where.index);
    if (this.#page === 0) throw new Error("it cannot be opened");
    calls._FORM_OnAfterLoadPage(this.#page, this.#form);
  }

  close(): void {
    this.#calls._FORM_OnBeforeClosePage(this.#page, this.#form);
    this.#calls._FPDF_ClosePage(this.#page);
  }

  /** True when there is nothing to be drawn. */
  get isEmpty(): boolean {
    return (
      this.#calls._FPDFPage_CountObjects(this.#page) === 0 && this.#calls._FPDFPage_GetAnnotCount(this.#page) === 0
    );
  }

  /** The text that the page holds as text, in lines. */
  text(): string {
    const calls = this.#calls;
    const text = calls._FPDFText_LoadPage(this.#page);
    if (text === 0) return "";
    const box = calls.wasmExports.malloc(16);
    try {
      const characters: PdfCharacter[] = [];
      let turned = 0;
      const count = Math.min(calls._FPDFText_CountChars(text), mostCharacters);
      for (let index = 0; index < count; index++) {
        const code = calls._FPDFText_GetUnicode(text, index);
        if (code === 0 || code === 0xfffe || code === 0xffff) continue;
        calls._FPDFText_GetLooseCharBox(text, index, box);
        const [left = 0, top = 0, right = 0, bottom = 0] = new Float32Array(calls.HEAPU8.buffer, box, 4);
        if (Math.abs(Math.sin(calls._FPDFText_GetCharAngle(text, index))) > 0.1) turned++;
        characters.push({ text: code === endHyphen ? "-" : String.fromCodePoint(code), left, right, bottom, top });
        if (code === endHyphen) characters.push({ text: "\n", left, right, bottom, top });
      }
      // Where letters stand says nothing about lines that run up the page.
      if (turned > characters.length / 4)
        return characters
          .map((one) => one.text)
          .join("")
          .replaceAll("\r\n", "\n");
      return layoutText(characters);
    } finally {
      calls.wasmExports.free(box);
      calls._FPDFText_ClosePage(text);
    }
  }

  /** What was filled in and remarked: `[field Name: value]`, `[comment: text]`. */
  fields(): string[] {
    const calls = this.#calls;
    const lines: string[] = [];
    const count = Math.min(calls._FPDFPage_GetAnnotCount(this.#page), mostAnnotations);
    for (let index = 0; index < count; index++) {
      const annotation = calls._FPDFPage_GetAnnot(this.#page, index);
      if (annotation === 0) continue;
      const isField = calls._FPDFAnnot_GetSubtype(annotation) === widget;
      const line = isField ? this.#field(annotation) : this.#comment(annotation);
      if (line !== "") lines.push(line);
      calls._FPDFPage_CloseAnnot(annotation);
    }
    return lines;
  }

  /** The pictures on the page that are large enough to hold text, by their handles. */
  pictures(): number[] {
    const calls = this.#calls;
    const area = calls._FPDF_GetPageWidthF(this.#page) * calls._FPDF_GetPageHeightF(this.#page);
    const box = calls.wasmExports.malloc(16);
    const found: number[] = [];
    const count = Math.min(calls._FPDFPage_CountObjects(this.#page), mostObjects);
    for (let index = 0; index < count && found.length < mostPictures; index++) {
      const object = calls._FPDFPage_GetObject(this.#page, index);
      if (calls._FPDFPageObj_GetType(object) !== imageObject) continue;
      calls._FPDFPageObj_GetBounds(object, box, box + 4, box + 8, box + 12);
      const [left = 0, bottom = 0, right = 0, top = 0] = new Float32Array(calls.HEAPU8.buffer, box, 4);
      if (Math.abs((right - left) * (top - bottom)) > smallestShare * area) found.push(object);
    }
    calls.wasmExports.free(box);
    return found;
  }

  /** The page as a PGM picture, with its annotations and fields; undefined when it has no size. */
  draw(): Uint8Array | undefined {
    const calls = this.#calls;
    const points = { width: calls._FPDF_GetPageWidthF(this.#page), height: calls._FPDF_GetPageHeightF(this.#page) };
    if (!(points.width > 0 && points.height > 0)) return undefined;
    const scale = Math.min(dotsPerInch / 72, Math.sqrt(mostPixels / (points.width * points.height)));
    const width = Math.max(1, Math.round(points.width * scale));
    const height = Math.max(1, Math.round(points.height * scale));
    if (width * height > 2 * mostPixels) return undefined;
    const address = calls.wasmExports.malloc(width * height);
    if (address === 0) throw new Error("there is too little memory to draw it");
    const bitmap = calls._FPDFBitmap_CreateEx(width, height, grey, address, width);
    try {
      calls._FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xffffffff);
      calls._FPDF_RenderPageBitmap(bitmap, this.#page, 0, 0, width, height, 0, drawAnnotations | drawGrey);
      calls._FPDF_FFLDraw(this.#form, bitmap, this.#page, 0, 0, width, height, 0, drawGrey);
      return this.#pgm(bitmap);
    } finally {
      calls._FPDFBitmap_Destroy(bitmap);
      calls.wasmExports.free(address);
    }
  }

  /** One picture of the page as a PGM picture; undefined when it cannot be drawn. */
  drawPicture(object: number): Uint8Array | undefined {
    const bitmap = this.#calls._FPDFImageObj_GetRenderedBitmap(this.#document, this.#page, object);
    if (bitmap === 0) return undefined;
    try {
      return this.#pgm(bitmap);
    } finally {
      this.#calls._FPDFBitmap_Destroy(bitmap);
    }
  }

  #pgm(bitmap: number): Uint8Array | undefined {
    const calls = this.#calls;
    const width = calls._FPDFBitmap_GetWidth(bitmap);
    const height = calls._FPDFBitmap_GetHeight(bitmap);
    const stride = calls._FPDFBitmap_GetStride(bitmap);
    const format = calls._FPDFBitmap_GetFormat(bitmap);
    if (width * height > 2 * mostPixels || width * height === 0) return undefined;
    const start = calls._FPDFBitmap_GetBuffer(bitmap);
    const source = calls.HEAPU8.subarray(start, start + stride * height);
    const header = new TextEncoder().encode(`P5\n${width} ${height}\n255\n`);
    const picture = new Uint8Array(header.length + width * height);
    picture.set(header);
    // 1 is grey; 2 is BGR, 3 BGR with an unused byte, 4 BGRA.
    const step = format === grey ? 1 : format === 2 ? 3 : 4;
    for (let y = 0, to = header.length; y < height; y++) {
      for (let x = 0, from = y * stride; x < width; x++, from += step, to++) {
        const [blue = 0, green = 0, red = 0] = [source[from], source[from + 1], source[from + 2]];
        const light = step === 1 ? blue : (blue * 29 + green * 150 + red * 77) >> 8;
        const opacity = format === 4 ? (source[from + 3] ?? 255) : 255;
        picture[to] = 255 - ((255 - light) * opacity) / 255;
      }
    }
    return picture;
  }

  #field(annotation: number): string {
    const calls = this.#calls;
    const name = this.#string((buffer, size) =>
      calls._FPDFAnnot_GetFormFieldName(this.#form, annotation, buffer, size),
    );
    const kind = calls._FPDFAnnot_GetFormFieldType(this.#form, annotation);
    if (kind === checkbox || kind === radioButton) {
      return `[field ${name}: ${calls._FPDFAnnot_IsChecked(this.#form, annotation) === 0 ? "not ticked" : "ticked"}]`;
    }
    const value = this.#string((buffer, size) =>
      calls._FPDFAnnot_GetFormFieldValue(this.#form, annotation, buffer, size),
    );
    return value === "" ? "" : `[field ${name}: ${value}]`;
  }

  #comment(annotation: number): string {
    const calls = this.#calls;
    const key = calls.wasmExports.malloc(16);
    calls.HEAPU8.set(new TextEncoder().encode("Contents\0"), key);
    const text = this.#string((buffer, size) => calls._FPDFAnnot_GetStringValue(annotation, key, buffer, size));
    calls.wasmExports.free(key);
    return text === "" ? "" : `[comment: ${text}]`;
  }

  /** Asks for a string twice: how long it is in bytes, then for its UTF-16 with a zero at the end. */
  #string(ask: (buffer: number, bytes: number) => number): string {
    const size = Math.min(ask(0, 0), 100_000);
    if (size <= 2) return "";
    const buffer = this.#calls.wasmExports.malloc(size);
    try {
      ask(buffer, size);
      const bytes = this.#calls.HEAPU8.slice(buffer, buffer + size - 2);
      return new TextDecoder("utf-16le").decode(bytes).replaceAll("\0", "").replace(/\s+/g, " ").trim();
    } finally {
      this.#calls.wasmExports.free(buffer);
    }
  }
}
