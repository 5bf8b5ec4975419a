import { relationshipsOf } from "./office-parts.ts";
import { pipeTable } from "./pipe-table.ts";
import { type OpenDocument, overLimit, type Reading, refusal } from "./reading.ts";
import { formatsOf, shownValue } from "./xlsx-values.ts";
import { attribute, descend, elements, parseXml, streamXml } from "./xml.ts";
import type { ZipArchive } from "./zip-archive.ts";

const mostRows = 50_000;
const mostColumns = 256;
const mostEmptyRows = 100_000;
const mostCharacters = 20_000_000;

/** Opens an Excel workbook: each sheet as a table of what its cells show. Rows and columns without text are left out. */
export function openXlsx(archive: ZipArchive, reading: Reading): OpenDocument {
  const workbook = descend(parseXml(archive.text("xl/workbook.xml"), reading), "workbook");
  const parts = relationshipsOf("xl/workbook.xml", archive, reading);
  const partOf = (type: string) => [...parts.values()].find((one) => one.type === type)?.target;
  const sheets = elements(descend(workbook, "sheets"), "sheet").map((sheet) => ({
    name: attribute(sheet, "name") ?? "",
    isHidden: attribute(sheet, "state") !== undefined && attribute(sheet, "state") !== "visible",
    part: parts.get(attribute(sheet, "id", true) ?? "")?.target ?? "",
  }));
  const shown = sheets.filter((sheet) => !sheet.isHidden && archive.has(sheet.part));
  const notes = sheets
    .filter((sheet) => sheet.isHidden)
    .map((sheet) => `The hidden sheet '${sheet.name}' was left out.`);
  if (shown.length === 0) throw refusal(reading.name, "It has no sheet that can be seen.", "Open it in Excel.");
  let context: { readonly strings: readonly string[]; readonly dates: (style: number) => boolean } | undefined;

  return {
    kind: "an Excel workbook",
    unit: "sheet",
    count: shown.length,
    notes,
    async section(index) {
      const sheet = shown[index];
      if (sheet === undefined) throw new RangeError(`no sheet ${index}`);
      const stylesPart = partOf("styles");
      const uses1904 = ["1", "true"].includes(attribute(descend(workbook, "workbookPr"), "date1904") ?? "");
      context ??= {
        strings: sharedStrings(partOf("sharedStrings"), archive, reading),
        dates: formatsOf(
          stylesPart !== undefined && archive.has(stylesPart) ? parseXml(archive.text(stylesPart), reading) : undefined,
        ),
      };
      const { strings, dates } = context;
      const rows = new SheetRows(sheet.name, reading, (type, style, value) =>
        shownValue(value, type, { strings, isDate: dates(style), uses1904 }),
      );
      rows.read(archive.text(sheet.part));
      if (rows.isCut) notes.push(`Of the sheet '${sheet.name}' only the first ${mostRows} rows were read.`);
      const table = pipeTable(withoutEmptyColumns(rows.rows));
      return {
        label: `[sheet ${index + 1}: ${sheet.name}]`,
        text: table === "" ? "(This sheet is empty.)" : table,
        confidence: null,
      };
    },
    dispose() {},
  };
}

/** Collects the rows of one sheet that have something in them. */
class SheetRows {
  readonly rows: string[][] = [];
  isCut = false;
  readonly #name: string;
  readonly #reading: Reading;
  readonly #show: (type: string, style: number, value: string) => string;

  constructor(name: string, reading: Reading, show: (type: string, style: number, value: string) => string) {
    this.#name = name;
    this.#reading = reading;
    this.#show = show;
  }

  read(xml: string): void {
    let row: string[] = [];
    let column = 0;
    let type = "n";
    let style = 0;
    let value: string | null = null;
    let text = "";
    let empty = 0;
    let characters = 0;
    streamXml(xml, this.#reading, {
      open: (name, attributes) => {
        if (name === "row") {
          row = [];
          column = 0;
        } else if (name === "c") {
          column = columnOf(attributes["r"]) ?? column + 1;
          type = attributes["t"] ?? "n";
          style = Number(attributes["s"] ?? 0);
          text = "";
        } else if (name === "v" || name === "t") value = "";
        else if (name === "rPh") value = null;
      },
      text: (piece) => {
        if (value !== null) value += piece;
      },
      close: (name) => {
        if (name === "v" || name === "t") {
          text += value ?? "";
          value = null;
        } else if (name === "c") {
          if (text === "" || column > mostColumns) return;
          const shown = this.#show(type, style, text);
          characters += shown.length;
          while (row.length < column - 1) row.push("");
          row[column - 1] = shown;
        } else if (name === "row") {
          if (row.length > 0) this.#keep(row);
          else if (++empty > mostEmptyRows) throw this.#tooManyEmptyRows();
        }
        if (characters > mostCharacters) this.isCut = true;
      },
    });
  }

  #keep(row: string[]): void {
    if (this.rows.length >= mostRows) this.isCut = true;
    if (!this.isCut) this.rows.push(row);
  }

  #tooManyEmptyRows(): Error {
    return overLimit(
      this.#reading.name,
      `The sheet '${this.#name}' has more than ${mostEmptyRows} empty rows.`,
      "Delete them in Excel, or copy the filled part into a new workbook.",
    );
  }
}

function sharedStrings(part: string | undefined, archive: ZipArchive, reading: Reading): string[] {
  const strings: string[] = [];
  if (part === undefined || !archive.has(part)) return strings;
  let text: string | null = null;
  let isText = false;
  let isPhonetic = false;
  streamXml(archive.text(part), reading, {
    open(name) {
      if (name === "si") text = "";
      else if (name === "t") isText = true;
      else if (name === "rPh") isPhonetic = true;
    },
    text(piece) {
      if (isText && !isPhonetic && text !== null) text += piece;
    },
    close(name) {
      if (name === "t") isText = false;
      else if (name === "rPh") isPhonetic = false;
      else if (name === "si") strings.push(text ?? "");
    },
  });
  return strings;
}

/** The column of a cell from its name: B7 is 2. */
function columnOf(cell: string | undefined): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(cell ?? "")?.[0];
  if (letters === undefined) return undefined;
  return [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0);
}

function withoutEmptyColumns(rows: readonly string[][]): string[][] {
  const used = new Set<number>();
  for (const row of rows) for (const [at, cell] of row.entries()) if (cell !== "") used.add(at);
  const columns = [...used].sort((a, b) => a - b);
  return rows.map((row) => columns.map((at) => row[at] ?? ""));
}
