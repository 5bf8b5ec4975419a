import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, deflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { canSeal, openHere } from "../sandbox/testing/machine.ts";
import { callTool } from "../testing/call-tool.ts";
import { makeDocx, makePage, paragraph, pdfStream } from "../testing/make-documents.ts";

/** The readers inside the real sandbox: its filter and its limits must leave PDFium and the text reader room to work. */
const weights = fileURLToPath(new URL("../../../models/eng.traineddata.gz", import.meta.url));
const scan = fileURLToPath(new URL("../../../../shared/data/docs/tesseract/phototest.tif", import.meta.url));
const hasScan = existsSync(weights) && existsSync(scan);
if (!hasScan)
  console.warn("skipped: ../shared/data or models/eng.traineddata.gz is not here: no picture in the sandbox");

describe.skipIf(!canSeal)("inside the sandbox", () => {
  let folder = "";
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "indoors-sealed-documents-"));
    sandbox = await openHere();
  });
  afterAll(async () => {
    await sandbox.dispose();
    rmSync(folder, { recursive: true });
  });

  const read = async (path: string, limits = {}) => {
    const grants = [{ name: "docs", path: join(path, ".."), mode: "ro" as const }];
    const ocr = existsSync(weights) ? weights : null;
    const file = `docs/${path.slice(path.lastIndexOf("/") + 1)}`;
    return await callTool("read_file", { file }, grants, { sandbox, weights: { ocr }, limits });
  };
  const put = (name: string, data: Uint8Array) => {
    writeFileSync(join(folder, name), data);
    return join(folder, name);
  };

  it("a PDF and a Word document are read", async () => {
    const page = makePage("BT /F 12 Tf 50 700 Td (Sealed and still legible to all) Tj ET");
    const pdf = await read(put("page.pdf", page));
    expect(pdf.facts.launcher).toBe(sandbox.report.launcher);
    expect(pdf.facts.launcher).not.toBe("none");
    expect(pdf.outcome).toMatchObject({ ok: true, text: expect.stringContaining("Sealed and still legible to all") });
    const word = await read(put("page.docx", makeDocx(paragraph("sealed too"))));
    expect(word.outcome).toMatchObject({ ok: true, text: expect.stringContaining("sealed too") });
  });

  it.skipIf(!hasScan)("a picture is read", async () => {
    const { outcome } = await read(scan);
    expect(outcome).toMatchObject({ ok: true, text: expect.stringContaining("The quick brown dog jumped over the") });
  });

  it("a PDF that unpacks to more than there is memory ends with a sentence that names it", async () => {
    // A megabyte at a time, so that the test itself stays small.
    const part = deflateRawSync(Buffer.alloc(1_000_000, "q Q "), { finishFlush: constants.Z_FULL_FLUSH });
    const packed = Buffer.concat([Buffer.from([0x78, 0x9c]), ...Array.from({ length: 1500 }, () => part)]);
    const { outcome } = await read(put("bomb.pdf", makePage(pdfStream("/Filter /FlateDecode", packed))), {
      wallMs: 20_000,
    });
    expect(outcome.text).toContain("docs/bomb.pdf");
    expect(outcome).toMatchObject({ ok: false, code: expect.stringMatching(/^(?:tool\.limit|file\.unreadable)$/) });
  });
});
