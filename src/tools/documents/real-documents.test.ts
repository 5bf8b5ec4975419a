import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { rows } from "../testing/document-expectations.ts";
import { readWhole, wordRecall } from "../testing/read-whole.ts";

/**
 * Real documents of every kind, read by the tool in its worker. Where an expectation lies beside the file, the measure
 * is word recall: the share of its words that were read, each as often as it stands there. Where none does, the
 * sentences here were checked by looking at the page.
 */
const folder = fileURLToPath(new URL("../../../../shared/data/docs/", import.meta.url));
const weights = fileURLToPath(new URL("../../../models/eng.traineddata.gz", import.meta.url));
const isHere = existsSync(folder);
const hasWeights = existsSync(weights);
if (!isHere) console.warn("skipped: ../shared/data is not here: no real document is read");
if (!hasWeights)
  console.warn("skipped: models/eng.traineddata.gz is not here: no picture is read (indoors models fetch)");

/** Not documents of their own: expectations, and files of a kind that is in the table. */
const others = /^markitdown\/expected_|^tesseract\/.*\.(?:txt|uzn)$|^bfcl\/|^pdfplumber\/empty\.pdf$/;

describe.skipIf(!isHere)("real documents", () => {
  const table: Record<string, string | number>[] = [];
  afterAll(() => console.table(table));

  it("has a row for every document of the folder", () => {
    const all = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length).replace(/^\//, ""));
    const missing = all.filter((file) => !others.test(file) && !rows.some((row) => row.file === file));
    expect(missing).toEqual([]);
    for (const row of rows) expect(all).toContain(row.file);
  });

  // Reading a picture keeps a core busy for seconds: two at a time, whatever else runs.
  const lanes = [Promise.resolve(), Promise.resolve()];
  const inTurn = (index: number, work: () => Promise<void>) => {
    const turn = (lanes[index % 2] ?? Promise.resolve()).then(work);
    lanes[index % 2] = turn.catch(() => {});
    return turn;
  };

  describe.concurrent("are read", () => {
    for (const [index, row] of rows.entries()) {
      const needsWeights = row.ocr === true || row.says.some((words) => words.startsWith("[picture"));
      it.skipIf(needsWeights && !hasWeights)(row.file, { timeout: 180_000 }, () =>
        inTurn(index, async () => {
          const read = await readWhole(folder, row.file, { ocr: hasWeights ? weights : null, most: row.most ?? 400 });
          const expectation =
            row.expected === undefined ? undefined : readFileSync(`${folder}${row.expected[0]}`, "utf8");
          const measured = expectation === undefined ? undefined : wordRecall(expectation, read.text);
          table.push({
            file: row.file,
            kind: row.kind,
            ms: read.ms,
            words: read.text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0,
            recall: measured === undefined ? "sentences" : `${measured.recall.toFixed(3)} of ${measured.words}`,
          });
          expect(read.first).toMatchObject({ ok: true, data: { kind: row.kind } });
          if (row.ocr) expect(read.first).toMatchObject({ data: { ocr: true } });
          const text = read.text.replace(/\s+/g, " ");
          for (const words of row.says) expect(text).toContain(words);
          if (measured !== undefined) {
            expect(measured.words).toBeGreaterThan(50);
            expect(measured.recall).toBeGreaterThanOrEqual(row.expected?.[1] ?? 1);
          }
        }),
      );
    }
  });

  it("says that an empty PDF is none", async () => {
    const { first } = await readWhole(folder, "pdfplumber/empty.pdf");
    expect(first).toMatchObject({ ok: false, code: "file.unreadable" });
    expect(first.text).toContain("'docs/pdfplumber/empty.pdf' cannot be read. It is empty");
  });

  it("says what is missing when the weights are not here", async () => {
    const picture = await readWhole(folder, "tesseract/phototest.tif", { ocr: null });
    expect(picture.first).toMatchObject({ ok: false, code: "model.missing" });
    expect(picture.first.text).toContain(
      "'tesseract-eng' is not on this machine. Fetch it with `indoors models fetch`",
    );
    const scan = await readWhole(folder, "markitdown-ocr/pdf_scanned_invoice.pdf", { ocr: null });
    expect(scan.first).toMatchObject({ ok: true, data: { ocr: false } });
    expect(scan.text).toContain("'tesseract-eng' is not on this machine");
  });
});

describe("word recall", () => {
  it("counts each word as often as it stands there, and falls when words are missing", () => {
    expect(wordRecall("a b b c", "c b a").recall).toBe(0.75);
    expect(wordRecall("Größe, 12 mm", "größe 12 MM").recall).toBe(1);
    expect(wordRecall("one two", "").recall).toBe(0);
  });
});
