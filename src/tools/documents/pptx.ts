import { relationshipsOf, type Relationship } from "./office-parts.ts";
import { pipeTable } from "./pipe-table.ts";
import { type OpenDocument, type Reading, refusal } from "./reading.ts";
import { attribute, descend, elements, findAll, parseXml, textOf, type XmlNode } from "./xml.ts";
import type { ZipArchive } from "./zip-archive.ts";

/** Opens a PowerPoint presentation: titles, text, tables, charts, words for pictures, and the speaker's notes. */
export function openPptx(archive: ZipArchive, reading: Reading): OpenDocument {
  const main = "ppt/presentation.xml";
  const parts = relationshipsOf(main, archive, reading);
  const list = descend(parseXml(archive.text(main), reading), "presentation", "sldIdLst");
  const slides = elements(list, "sldId")
    .map((one) => parts.get(attribute(one, "id", true) ?? "")?.target ?? "")
    .filter((part) => archive.has(part));
  if (slides.length === 0) throw refusal(reading.name, "It has no slides.", "Open it in PowerPoint.");
  return {
    kind: "a PowerPoint presentation",
    unit: "slide",
    count: slides.length,
    notes: [],
    async section(index) {
      const part = slides[index] ?? "";
      const slide = new Slide(archive, reading, relationshipsOf(part, archive, reading));
      const lines = slide.read(descend(parseXml(archive.text(part), reading), "sld"));
      return { label: `[slide ${index + 1}]`, text: lines.join("\n"), confidence: null };
    },
    dispose() {},
  };
}

class Slide {
  readonly #archive: ZipArchive;
  readonly #reading: Reading;
  readonly #parts: ReadonlyMap<string, Relationship>;

  constructor(archive: ZipArchive, reading: Reading, parts: ReadonlyMap<string, Relationship>) {
    this.#archive = archive;
    this.#reading = reading;
    this.#parts = parts;
  }

  read(slide: XmlNode | undefined): string[] {
    const lines = this.#shapes(descend(slide, "cSld", "spTree"));
    if (attribute(slide, "show") === "0") lines.unshift("(This slide is hidden in the show.)");
    const notes = [...this.#parts.values()].find((one) => one.type === "notesSlide")?.target;
    if (notes === undefined || !this.#archive.has(notes)) return lines;
    const tree = descend(parseXml(this.#archive.text(notes), this.#reading), "notes", "cSld", "spTree");
    const words = elements(tree, "sp")
      .filter((shape) => placeholderOf(shape) === "body")
      .flatMap(paragraphs);
    return words.length === 0 ? lines : [...lines, "Speaker's notes:", ...words];
  }

  #shapes(tree: XmlNode | undefined): string[] {
    return elements(tree).flatMap((shape) => {
      switch (shape.name) {
        case "sp":
          return text(shape);
        case "grpSp":
          return this.#shapes(shape);
        case "graphicFrame":
          return this.#graphic(descend(shape, "graphic", "graphicData"));
        case "pic": {
          const words = attribute(descend(shape, "nvPicPr", "cNvPr"), "descr") ?? "";
          return words === "" ? [] : [`[image: ${words.replace(/\s+/g, " ")}]`];
        }
        case "AlternateContent":
          return this.#shapes(elements(shape)[0]);
        default:
          return [];
      }
    });
  }

  #graphic(data: XmlNode | undefined): string[] {
    const rows = elements(descend(data, "tbl"), "tr");
    if (rows.length > 0) {
      return [pipeTable(rows.map((row) => elements(row, "tc").map((cell) => paragraphs(cell).join(" "))))];
    }
    const chart = this.#parts.get(attribute(descend(data, "chart"), "id") ?? "")?.target;
    if (chart === undefined || !this.#archive.has(chart)) return [];
    return chartLines(descend(parseXml(this.#archive.text(chart), this.#reading), "chartSpace", "chart"));
  }
}

function text(shape: XmlNode): string[] {
  const lines = paragraphs(shape);
  const kind = placeholderOf(shape);
  if (kind !== "title" && kind !== "ctrTitle") return lines;
  return lines.length === 0 ? [] : [`# ${lines.join(" ")}`];
}

function placeholderOf(shape: XmlNode): string | undefined {
  return attribute(descend(shape, "nvSpPr", "nvPr", "ph"), "type");
}

/** The paragraphs of a shape or cell that have text, indented by their level. */
function paragraphs(shape: XmlNode): string[] {
  return elements(descend(shape, "txBody"), "p")
    .map((paragraph) => {
      const level = Number(attribute(descend(paragraph, "pPr"), "lvl") ?? 0) || 0;
      const words = elements(paragraph)
        .map((run) => (run.name === "br" ? " " : run.name === "pPr" ? "" : textOf(descend(run, "t"))))
        .join("")
        .trim();
      return words === "" ? "" : `${"  ".repeat(Math.min(level, 8))}${level > 0 ? "- " : ""}${words}`;
    })
    .filter((line) => line !== "");
}

/** The numbers of a chart as a table: a row for each category, a column for each series. */
function chartLines(chart: XmlNode | undefined): string[] {
  const title = findAll(descend(chart, "title"), "t").map(textOf).join("");
  const series = findAll(descend(chart, "plotArea"), "ser");
  const values = (one: XmlNode, name: string) => findAll(descend(one, name), "v").map(textOf);
  const first = series[0];
  const categories = first === undefined ? [] : values(first, "cat");
  const columns = series.map((one) => values(one, "val"));
  const rows = [
    ["", ...series.map((one) => values(one, "tx").join(" "))],
    ...Array.from({ length: Math.max(0, ...columns.map((column) => column.length)) }, (_, at) => [
      categories[at] ?? String(at + 1),
      ...columns.map((column) => column[at] ?? ""),
    ]),
  ];
  return [`Chart: ${title}`.trim(), ...(series.length === 0 ? [] : [pipeTable(rows)])];
}
