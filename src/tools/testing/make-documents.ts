import { crc32, deflateSync } from "node:zlib";
import { makeZip, type ZipEntry } from "./make-zip.ts";

const xml = '<?xml version="1.0" encoding="UTF-8"?>';
const relations = (items: string) => `${xml}<Relationships>${items}</Relationships>`;

/** A Word document with this body and these further parts. */
export function makeDocx(body: string, more: readonly ZipEntry[] = [], prolog = ""): Buffer {
  return makeZip([
    { name: "[Content_Types].xml", data: `${xml}<Types/>` },
    { name: "word/document.xml", data: `${xml}${prolog}<w:document><w:body>${body}</w:body></w:document>` },
    ...more,
  ]);
}

export const paragraph = (text: string) => `<w:p><w:r><w:t>${text}</w:t></w:r></w:p>`;

/** An Excel workbook with these sheets, each the inside of `<worksheet>`. */
export function makeXlsx(sheets: Readonly<Record<string, string>>, more: readonly ZipEntry[] = []): Buffer {
  const names = Object.keys(sheets);
  const list = names.map((name, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="r${at + 1}"/>`).join("");
  const targets = names.map(
    (_, at) => `<Relationship Id="r${at + 1}" Type="x/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
  );
  const extra = more.map(({ name }) => {
    const target = name.replace("xl/", "");
    return `<Relationship Id="${target}" Type="x/${target.replace(".xml", "")}" Target="${target}"/>`;
  });
  return makeZip([
    { name: "xl/workbook.xml", data: `${xml}<workbook><sheets>${list}</sheets></workbook>` },
    { name: "xl/_rels/workbook.xml.rels", data: relations([...targets, ...extra].join("")) },
    ...names.map((name, at) => ({
      name: `xl/worksheets/sheet${at + 1}.xml`,
      data: `${xml}<worksheet>${sheets[name]}</worksheet>`,
    })),
    ...more,
  ]);
}

/**
 * A PDF of these objects, numbered from 1; the first is the catalog. A table of where they lie is left out: readers
 * then look for the objects themselves.
 */
export function makePdf(objects: readonly (string | Buffer)[]): Buffer {
  const parts = objects.flatMap((object, at) => [
    Buffer.from(`${at + 1} 0 obj\n`),
    Buffer.from(object),
    Buffer.from("\nendobj\n"),
  ]);
  return Buffer.concat([Buffer.from("%PDF-1.7\n"), ...parts, Buffer.from("trailer\n<< /Root 1 0 R >>\n%%EOF\n")]);
}

export function pdfStream(dictionary: string, data: string | Buffer): Buffer {
  const bytes = Buffer.from(data);
  return Buffer.concat([
    Buffer.from(`<< ${dictionary} /Length ${bytes.length} >>\nstream\n`),
    bytes,
    Buffer.from("\nendstream"),
  ]);
}

/** A PDF of one page with this content and these resources; further objects begin at number 5. */
export function makePage(content: string | Buffer, resources = "", more: readonly (string | Buffer)[] = []): Buffer {
  return makePdf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> ${resources} >> >>`,
    typeof content === "string" ? pdfStream("", content) : content,
    ...more,
  ]);
}

/** A grey PNG; `rows` gives the light of each pixel, 0 to 255. The header may claim another size. */
export function makePng(
  rows: readonly Uint8Array[],
  claims?: { readonly width: number; readonly height: number },
): Buffer {
  const width = rows[0]?.length ?? 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(claims?.width ?? width, 0);
  header.writeUInt32BE(claims?.height ?? rows.length, 4);
  header.writeUInt8(8, 8);
  const pixels = Buffer.concat(rows.map((row) => Buffer.concat([Buffer.from([0]), row])));
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
