import { readNumbering } from "./docx-numbering.ts";
import { mathText } from "./docx-math.ts";
import { relationshipsOf } from "./office-parts.ts";
import { hiddenNote } from "./html.ts";
import { MarkdownWriter } from "./markdown-writer.ts";
import { checkTime, type OpenDocument, type Reading, wholeDocument } from "./reading.ts";
import { attribute, descend, elements, parseXml, textOf, type XmlNode } from "./xml.ts";
import type { ZipArchive } from "./zip-archive.ts";

const mainPart = "word/document.xml";

/** Opens a Word document: headings, lists, tables, text boxes, notes, comments, formulas. Deleted text is left out. */
export function openDocx(archive: ZipArchive, reading: Reading): OpenDocument {
  const parts = new Map([...relationshipsOf(mainPart, archive, reading).values()].map((one) => [one.type, one.target]));
  const part = (type: string): XmlNode | undefined => {
    const name = parts.get(type);
    return name !== undefined && archive.has(name) ? elements(parseXml(archive.text(name), reading))[0] : undefined;
  };
  const body = new Body(reading, {
    headings: headingLevels(part("styles")),
    marker: readNumbering(part("numbering")),
    comments: textsById(part("comments")),
    footnotes: textsById(part("footnotes")),
    endnotes: textsById(part("endnotes")),
  });
  body.blocks(descend(parseXml(archive.text(mainPart), reading), "document", "body"));
  return wholeDocument("a Word document", body.writer.finish(), hiddenNote(body.hiddenCharacters));
}

interface Lookups {
  readonly headings: ReadonlyMap<string, number>;
  readonly marker: (paragraphProperties: XmlNode | undefined) => string;
  readonly comments: ReadonlyMap<string, string>;
  readonly footnotes: ReadonlyMap<string, string>;
  readonly endnotes: ReadonlyMap<string, string>;
}

/** Walks the body of a document, paragraph by paragraph. */
class Body {
  readonly writer = new MarkdownWriter();
  hiddenCharacters = 0;
  readonly #reading: Reading;
  readonly #lookups: Lookups;
  #paragraphs = 0;

  constructor(reading: Reading, lookups: Lookups) {
    this.#reading = reading;
    this.#lookups = lookups;
  }

  blocks(parent: XmlNode | undefined): void {
    for (const block of elements(parent)) {
      if (block.name === "p") this.#paragraph(block);
      else if (block.name === "tbl") this.#table(block);
      // Content controls, insertions and the like: what is in them counts.
      else if (!properties.has(block.name) && block.name !== "del") this.blocks(block);
    }
  }

  #paragraph(paragraph: XmlNode): void {
    if (++this.#paragraphs % 256 === 0) checkTime(this.#reading);
    const style = descend(paragraph, "pPr");
    const level = this.#lookups.headings.get(attribute(descend(style, "pStyle"), "val") ?? "");
    this.writer.block(level === undefined ? this.#lookups.marker(style) : `${"#".repeat(level)} `);
    const boxes: XmlNode[] = [];
    this.#inline(paragraph, boxes);
    this.writer.block();
    for (const box of boxes) this.blocks(box);
  }

  /** The text of a paragraph. Text boxes in it come after it. */
  #inline(parent: XmlNode, boxes: XmlNode[]): void {
    for (const node of elements(parent)) {
      if (node.name === "r" && isHiddenRun(node)) this.hiddenCharacters += textOf(node).length;
      else if (node.name === "t") this.writer.text(textOf(node));
      else if (node.name === "tab") this.writer.text("\t", true);
      else if (node.name === "br" || node.name === "cr") this.writer.text(" ");
      else if (node.name === "noBreakHyphen") this.writer.text("-");
      else if (node.name === "oMath") this.writer.text(mathText(node));
      else if (node.name === "txbxContent") boxes.push(node);
      else if (node.name === "docPr") this.#picture(node);
      else if (node.name === "AlternateContent") {
        const choice = elements(node)[0];
        if (choice !== undefined) this.#inline(choice, boxes);
      } else if (node.name === "commentReference") this.#aside("comment", this.#lookups.comments, node);
      else if (node.name === "footnoteReference") this.#aside("note", this.#lookups.footnotes, node);
      else if (node.name === "endnoteReference") this.#aside("note", this.#lookups.endnotes, node);
      else if (!properties.has(node.name) && node.name !== "del" && node.name !== "instrText")
        this.#inline(node, boxes);
    }
  }

  #aside(what: string, texts: ReadonlyMap<string, string>, reference: XmlNode): void {
    const text = texts.get(attribute(reference, "id") ?? "");
    if (text !== undefined && text !== "") this.writer.text(` [${what}: ${text}]`);
  }

  #picture(properties: XmlNode): void {
    const words = attribute(properties, "descr") ?? "";
    if (words !== "") this.writer.text(`[image: ${words}]`);
  }

  #table(table: XmlNode): void {
    this.writer.openTable();
    for (const row of elements(table, "tr")) {
      this.writer.openRow();
      for (const cell of elements(row, "tc")) {
        this.writer.openCell();
        this.blocks(cell);
      }
      this.writer.closeCell();
    }
    this.writer.closeTable();
  }
}

/** What describes and has no text of its own. */
const properties = new Set(["pPr", "rPr", "tblPr", "tblGrid", "trPr", "tcPr", "sectPr", "sdtPr"]);

/** Text that Word does not show, or shows at one point or less. */
function isHiddenRun(run: XmlNode): boolean {
  const style = descend(run, "rPr");
  const vanish = descend(style, "vanish");
  if (vanish !== undefined && !["0", "false", "off"].includes(attribute(vanish, "val") ?? "")) return true;
  const halfPoints = Number(attribute(descend(style, "sz"), "val") ?? Number.NaN);
  return halfPoints <= 2;
}

/** The level of each paragraph style that is a heading, 1 to 6. The names are the same in every language of Word. */
function headingLevels(styles: XmlNode | undefined): Map<string, number> {
  const levels = new Map<string, number>();
  for (const style of elements(styles, "style")) {
    const name = (attribute(descend(style, "name"), "val") ?? "").toLowerCase();
    const level = name === "title" ? 1 : Number(/^heading (\d)$/.exec(name)?.[1] ?? 0);
    if (level > 0) levels.set(attribute(style, "styleId") ?? "", Math.min(level, 6));
  }
  return levels;
}

/** Comments and notes: who wrote it, if it says, and what. */
function textsById(list: XmlNode | undefined): Map<string, string> {
  const texts = new Map<string, string>();
  for (const one of elements(list)) {
    const author = attribute(one, "author");
    const text = elements(one, "p").map(textOf).join(" ").replace(/\s+/g, " ").trim();
    texts.set(attribute(one, "id") ?? "", author === undefined || text === "" ? text : `${author}: ${text}`);
  }
  return texts;
}
