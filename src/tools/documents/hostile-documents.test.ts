import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeDocx, makePage, makePdf, makePng, makeXlsx, paragraph, pdfStream } from "../testing/make-documents.ts";
import { makeZip } from "../testing/make-zip.ts";
import { readWhole } from "../testing/read-whole.ts";

/** Files made to do harm, or broken: each ends within the limits, with a sentence that names it and says what to do. */
const weights = fileURLToPath(new URL("../../../models/eng.traineddata.gz", import.meta.url));
const ocr = existsSync(weights) ? weights : null;
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "indoors-hostile-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function read(file: string, data: string | Uint8Array) {
  writeFileSync(join(folder, file), data);
  return await readWhole(folder, file, { ocr, most: 3 });
}

/** The refusal of a file; it must name the file. */
async function refused(file: string, data: string | Uint8Array) {
  const { first } = await read(file, data);
  expect(first).toMatchObject({ ok: false });
  expect(first.text).toContain(`docs/${file}`);
  return first;
}

const megabyte = 1_000_000;
const zeros = (megabytes: number) => Buffer.alloc(megabytes * megabyte, " ");
const document = (data: Uint8Array, claims = {}) => makeZip([{ name: "word/document.xml", data, claims }]);

describe("archives", () => {
  it("a bomb of one entry is told by its ratio", async () => {
    const bomb = document(zeros(60));
    expect(bomb.length).toBeLessThan(100_000);
    const outcome = await refused("ratio.docx", bomb);
    expect(outcome).toMatchObject({ code: "tool.limit" });
    expect(outcome.text).toContain("packed like a zip bomb: 58 KB that unpack to 60 MB or more");
    expect(outcome.text).toContain("Open it in its own program");
  });

  it("a bomb that lies about its size is stopped where it said it would end", async () => {
    const outcome = await refused("liar.docx", document(zeros(60), { size: 1000 }));
    expect(outcome.text).toContain("packed like a zip bomb");
  });

  it("the control: the same document in an honest size is read", async () => {
    const { first } = await read("honest.docx", makeDocx(paragraph("all is well") + " ".repeat(4 * megabyte)));
    expect(first).toMatchObject({ ok: true, text: expect.stringContaining("all is well") });
  });

  it("an archive in an archive is not opened", async () => {
    const inner = makeZip([{ name: "0.bin", data: zeros(50) }]);
    const outer = makeZip(Array.from({ length: 16 }, (_, at) => ({ name: `lib ${at}.zip`, data: inner })));
    const outcome = await refused("42.zip", outer);
    expect(outcome.text).toContain("It is an archive. Unpack it into the folder");
  });

  it("names that climb out of the archive lead nowhere", async () => {
    const target = '<Relationship Id="r1" Type="x/comments" Target="../../../../../etc/passwd"/>';
    const { first } = await read(
      "climb.docx",
      makeDocx(`${paragraph("inside")}<w:p><w:r><w:commentReference w:id="0"/></w:r></w:p>`, [
        { name: "../../../../etc/cron.d/evil", data: "root" },
        { name: "word/_rels/document.xml.rels", data: `<Relationships>${target}</Relationships>` },
      ]),
    );
    expect(first).toMatchObject({ ok: true });
    expect(first.text).toMatch(/inside$/);
  });

  it.each([
    ["cut", (whole: Buffer) => whole.subarray(0, whole.length - 200), "end of the archive is missing"],
    [
      "flipped",
      (whole: Buffer) =>
        Buffer.from(whole.map((byte, at) => (at === whole.indexOf("word/document.xml") + 40 ? byte ^ 255 : byte))),
      "damaged",
    ],
    ["no directory", (whole: Buffer) => Buffer.concat([whole.subarray(0, 200), whole.subarray(-22)]), "damaged"],
  ])("a Word document that is %s", async (name, change, words) => {
    const outcome = await refused(`${name}.docx`, change(makeDocx(paragraph("text ".repeat(100)))));
    expect(outcome).toMatchObject({ code: "file.unreadable" });
    expect(outcome.text).toContain(words);
  });

  it("10,001 entries are too many", async () => {
    const many = Array.from({ length: 10_001 }, (_, at) => ({ name: String(at), data: "", store: true }));
    expect(await refused("many.docx", makeZip(many))).toMatchObject({ code: "tool.limit" });
  });

  it("an entry with a password, and an Office document with one", async () => {
    const outcome = await refused("locked.docx", document(Buffer.from("x"), { flags: 1 }));
    expect(outcome.text).toContain("It is encrypted. Save it without a password");
    const ole = Buffer.concat([
      Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
      Buffer.alloc(2000),
      Buffer.from("EncryptedPackage", "utf16le"),
    ]);
    expect((await refused("password.docx", ole)).text).toContain("It is encrypted.");
  });
});

describe("XML", () => {
  it("entities are not expanded: no billion laughs, nothing from outside", async () => {
    writeFileSync(join(folder, "secret.txt"), "canary-7431");
    const laughs = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join("");
    const prolog = `<!DOCTYPE x [<!ENTITY l0 "ha">${laughs}<!ENTITY out SYSTEM "file://${join(folder, "secret.txt")}">]>`;
    const { first } = await read("laughs.docx", makeDocx(paragraph("&l9; &out; end"), [], prolog));
    expect(first).toMatchObject({ ok: true });
    expect(first.text).toContain("&l9; &out; end");
    expect(first.text).not.toContain("canary");
  });

  it("100,000 levels", async () => {
    const deep = "<w:sdt>".repeat(100_000) + paragraph("deep") + "</w:sdt>".repeat(100_000);
    const outcome = await refused("deep.docx", makeDocx(deep));
    expect(outcome.text).toContain("nested more than 500 levels deep");
    const page = await refused("deep.html", "<div>".repeat(100_000) + "deep");
    expect(page.text).toContain("nested more than 2000 levels deep");
  });

  it("the control: 100 levels are read", async () => {
    const { first } = await read(
      "flat.docx",
      makeDocx("<w:sdt>".repeat(100) + paragraph("deep") + "</w:sdt>".repeat(100)),
    );
    expect(first.text).toContain("deep");
  });
});

describe("pages that keep patterns busy", () => {
  it.each([
    ["styles that never end", `${"<style>".repeat(500_000)}seen`],
    ["rules without a brace", `<style>${"a ".repeat(2_000_000)}</style>seen`],
    ["comments without an end", `<style>${"/*".repeat(2_000_000)}</style>seen`],
    ["at-rules without an end", `<style>${"@media{".repeat(500_000)}</style>seen`],
    ["an endless style", `<p style="${";height:0 ".repeat(500_000)}">seen`],
    ["an endless list of classes", `<p class="${"a ".repeat(2_000_000)}">seen`],
    ["a million attributes", `<p ${Array.from({ length: 1_000_000 }, (_, at) => `a${at}`).join(" ")}>seen`],
    ["a line of spaces", `<p>${" ".repeat(5_000_000)}seen`],
  ])("%s", async (_, page) => {
    writeFileSync(join(folder, "busy.html"), `<html>${page}`);
    const { first } = await readWhole(folder, "busy.html", { limits: { wallMs: 20_000 } });
    // Styles that never end hide the rest of the page in a browser too.
    if (first.ok) expect(first.text).toMatch(/seen|has no text/);
    else expect(first.text).toMatch(/^'docs\/busy\.html' cannot be read/);
  });
});

describe("workbooks", () => {
  const cell = (name: string, value: number) => `<c r="${name}"><v>${value}</v></c>`;

  it("a million empty rows", async () => {
    // Numbered, so that they do not shrink like a bomb.
    const rows = Array.from({ length: 1_000_000 }, (_, at) => `<row r="${at + 1}" ht="${(at * 7919) % 997}"/>`).join(
      "",
    );
    const outcome = await refused("rows.xlsx", makeXlsx({ Plan: `<sheetData>${rows}</sheetData>` }));
    expect(outcome).toMatchObject({ code: "tool.limit" });
    expect(outcome.text).toContain("The sheet 'Plan' has more than 100000 empty rows. Delete them in Excel");
  });

  it("a million equal empty rows are a bomb", async () => {
    const outcome = await refused(
      "equal.xlsx",
      makeXlsx({ Plan: `<sheetData>${"<row/>".repeat(1_000_000)}</sheetData>` }),
    );
    expect(outcome).toMatchObject({ code: "tool.limit" });
  });

  it("a size that is only claimed costs nothing", async () => {
    const sheet = `<dimension ref="A1:XFD1048576"/><sheetData><row r="1048576">${cell("XFD1048576", 1)}${cell("A1048576", 42)}</row></sheetData>`;
    const { first } = await read("claim.xlsx", makeXlsx({ Plan: sheet }));
    expect(first).toMatchObject({ ok: true, text: expect.stringContaining("| 42 |") });
  });
});

describe("PDF", () => {
  const form = (calls: string, content = "/X Do /Y Do") =>
    pdfStream(`/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << ${calls} >> >>`, content);
  const words = "BT /F 12 Tf 50 700 Td (here I am at length, in letters) Tj ET /X Do";

  it("a page tree that is its own child", async () => {
    const tree = makePdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 100 >>"]);
    await refused("tree.pdf", tree);
  });

  it("a drawing that draws itself, once and twice", async () => {
    const once = makePage(words, "/XObject << /X 5 0 R >>", [form("/X 5 0 R", "/X Do")]);
    expect((await read("itself.pdf", once)).first).toMatchObject({
      ok: true,
      text: expect.stringContaining("here I am"),
    });
    const twice = makePage(words, "/XObject << /X 5 0 R >>", [form("/X 5 0 R /Y 5 0 R")]);
    writeFileSync(join(folder, "twice.pdf"), twice);
    const { first } = await readWhole(folder, "twice.pdf", { limits: { wallMs: 4000 } });
    if (first.ok) expect(first.text).toContain("here I am");
    else expect(first.text).toContain("docs/twice.pdf");
  });

  it("an object stream that lies in itself", async () => {
    const stream = pdfStream("/Type /ObjStm /N 2 /First 8 /Extends 2 0 R", "2 0 3 20 << /Type /Pages >> << >>");
    await refused("objstm.pdf", makePdf(["<< /Type /Catalog /Pages 2 0 R >>", stream]));
  });

  it("drawings that call each other 2^30 times end at the first limit they meet, of time or of memory", async () => {
    const forms = Array.from({ length: 30 }, (_, at) => form(`/X ${at + 6} 0 R /Y ${at + 6} 0 R`));
    const last = pdfStream("/Type /XObject /Subtype /Form /BBox [0 0 9 9]", "0 0 m 9 9 l S");
    writeFileSync(join(folder, "endless.pdf"), makePage("/X Do", "/XObject << /X 5 0 R >>", [...forms, last]));
    const { first } = await readWhole(folder, "endless.pdf", { limits: { wallMs: 4000 } });
    expect(first.ok).toBe(false);
    expect(first.text).toMatch(
      /'docs\/endless\.pdf' (?:was stopped: it took longer|cannot be read\. .*more memory than there is)/,
    );
  });

  it("a content of a gigabyte that was packed small", async () => {
    const packed = deflateSync(Buffer.alloc(200 * megabyte, "q Q "));
    writeFileSync(join(folder, "content.pdf"), makePage(pdfStream("/Filter /FlateDecode", packed)));
    const { first } = await readWhole(folder, "content.pdf", { limits: { wallMs: 6000 } });
    if (first.ok) expect(first.text).toContain("has no text");
    else expect(first).toMatchObject({ code: expect.stringMatching(/^(?:tool\.limit|file\.unreadable)$/) });
  });

  it.each([
    ["cut.pdf", makePage("BT (x) Tj ET").subarray(0, 60)],
    ["noise.pdf", Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(5000, "\x9c\x01z")])],
    ["empty.pdf", ""],
  ])("%s", async (file, data) => {
    expect(await refused(file, data)).toMatchObject({ code: "file.unreadable" });
  });

  it("a password", async () => {
    const file = makePdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"])
      .toString("latin1")
      .replace(
        "/Root 1 0 R",
        `/Root 1 0 R /ID [<${"00".repeat(16)}> <${"00".repeat(16)}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${"11".repeat(32)}> /U <${"22".repeat(32)}> >>`,
      );
    expect((await refused("password.pdf", Buffer.from(file, "latin1"))).text).toContain("It is encrypted.");
  });
});

describe("pictures", () => {
  it("60,000 × 60,000 pixels are refused by the header alone", async () => {
    const huge = makePng([new Uint8Array(10)], { width: 60_000, height: 60_000 });
    const outcome = await refused("huge.png", huge);
    expect(outcome).toMatchObject({ code: "tool.limit" });
    expect(outcome.text).toContain("60000 × 60000 pixels; at most 40 million");
  });

  it.skipIf(ocr === null)("a picture that breaks off", async () => {
    const whole = makePng(
      Array.from({ length: 400 }, (_, y) => new Uint8Array(400).map((__, x) => (x * y * 31) & 255)),
    );
    expect(await refused("cut.png", whole.subarray(0, 60))).toMatchObject({ code: "file.unreadable" });
    expect(await refused("cut.jpg", Buffer.from("ffd8ffe000104a46494600ffc000110800640064", "hex"))).toMatchObject({
      code: "file.unreadable",
    });
    expect(await refused("cut.tif", Buffer.from("49492a0008000000", "hex"))).toMatchObject({ code: "file.unreadable" });
  });
});

describe("other files", () => {
  it("2 GB that are not there", async () => {
    for (const [file, start] of [
      ["sparse.pdf", "%PDF-1.7"],
      ["sparse.docx", "PK\x03\x04"],
      ["sparse.txt", "a".repeat(9000)],
      ["sparse.png", "\x89PNG"],
    ] as const) {
      const handle = openSync(join(folder, file), "w");
      writeSync(handle, Buffer.from(start, "latin1"));
      ftruncateSync(handle, 2 * 1024 ** 3);
      closeSync(handle);
      const { first } = await readWhole(folder, file);
      expect(first).toMatchObject({ ok: false, code: "tool.limit" });
      expect(first.text).toMatch(new RegExp(`'docs/${file}' cannot be read\\. It has 2147 MB; .* Save a smaller part`));
      rmSync(join(folder, file));
    }
  });

  it("a message that is cut, and one whose table of sectors is a ring", async () => {
    const head = Buffer.alloc(512 * 4);
    Buffer.from("d0cf11e0a1b11ae1", "hex").copy(head);
    head.writeUInt16LE(0x3e, 24);
    head.writeUInt16LE(3, 26);
    head.writeUInt16LE(0xfffe, 28);
    head.writeUInt16LE(9, 30);
    head.writeUInt16LE(6, 32);
    head.writeUInt32LE(1, 44);
    head.writeUInt32LE(1, 48);
    head.writeUInt32LE(4096, 56);
    for (let at = 76; at < 512; at += 4) head.writeUInt32LE(0xffffffff, at);
    head.writeUInt32LE(0, 76);
    // Every sector is followed by sector 1.
    for (let at = 512; at < 1024; at += 4) head.writeUInt32LE(1, at);
    expect(await refused("cut.msg", head.subarray(0, 600))).toMatchObject({ code: "file.unreadable" });
    writeFileSync(join(folder, "ring.msg"), head);
    const { first } = await readWhole(folder, "ring.msg", { limits: { wallMs: 5000 } });
    expect(first).toMatchObject({ ok: false });
    expect(first.text).toContain("docs/ring.msg");
  });

  it.each([
    ["named.docx", "just text", "named like a Word document, and is none"],
    [
      "old.doc",
      Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(600)]),
      "before 2007. Save it as .docx",
    ],
    ["blob.dat", Buffer.from([1, 2, 0, 3]), "not a kind of file that can be read as text"],
    ["empty.xlsx", "", "It is empty, so it is not an Excel workbook"],
    ["empty.png", "", "It is empty, so it is not a picture"],
  ])("%s", async (file, data, words) => {
    const outcome = await refused(file, data);
    expect(outcome).toMatchObject({ code: "file.unreadable" });
    expect(outcome.text).toContain(words);
  });
});
