import { IndoorsError } from "../shared/errors.ts";
import { defineTool } from "./definition.ts";
import type { OpenDocument } from "./documents/reading.ts";
import { resolveInGrants } from "./grant-path.ts";
import { neutraliseLine } from "./neutralise.ts";
import { linesOf } from "./text-file.ts";

/** What one call gives the model at most; small models have little room. */
const mostCharacters = 4000;
const most = { textBytes: 20_000_000, documentBytes: 64_000_000 };
/** No further page is begun after the first; whatever is being read ends at the second. Scans take seconds a page. */
const beginPagesMs = 20_000;
const readMs = 50_000;

/** A page of a file's text. The end of it says how to read on. */
export const readFile = defineTool({
  spec: {
    name: "read_file",
    description: "Reads the text of a file: text, PDF, Word, Excel, PowerPoint, web page, e-book, e-mail or picture.",
    arguments: {
      file: { kind: "path", of: "file", description: "The file." },
      from_line: {
        kind: "number",
        integer: true,
        min: 1,
        description: "The line to begin at. Leave it out to begin at the top.",
        optional: true,
      },
      lines: {
        kind: "number",
        integer: true,
        min: 1,
        description: "How many lines to read at most. Leave it out to read as many as fit.",
        optional: true,
      },
      from_page: {
        kind: "number",
        integer: true,
        min: 1,
        description:
          "The page, sheet, slide or chapter to begin at; lines count from there. Leave it out to begin at the first.",
        optional: true,
      },
    },
    needs: ["grants"],
    effect: "read",
  },
  limits: { wallMs: 60_000, heapMb: 512, outputCharacters: 100_000 },
  prepare: () => import("./documents/open-document.ts"),
  async run({ file, from_line: fromLine = 1, lines: mostLines, from_page: fromPage = 1 }, { grants, signal, weights }) {
    const found = await resolveInGrants(grants, file, "file");
    const shown = neutraliseLine(found.shown);
    const began = performance.now();
    const { openDocument } = await import("./documents/open-document.ts");
    const ocr = async () => (await import("./documents/ocr.ts")).loadOcrOnce(weights.ocr);
    const document = await openDocument({ ...found, most }, { ocr, until: began + readMs, signal });
    try {
      if (fromPage > document.count) {
        const there = `It has ${counted(document)}; choose from_page between 1 and ${document.count}.`;
        throw new IndoorsError("input.invalid", `There is no ${document.unit} ${fromPage} in '${shown}'. ${there}`);
      }
      const page = await readPage(document, { fromPage, fromLine, mostLines, beginUntil: began + beginPagesMs });
      if (page.lines.length === 0) {
        if (page.seen === 0) return { ok: true, text: emptyText(shown, document), data: dataOf(), truncated: false };
        throw new IndoorsError(
          "input.invalid",
          `There is no line ${fromLine} in '${shown}'${fromPage > 1 ? ` from ${document.unit} ${fromPage}` : ""}. It has ${page.seen} lines; choose from_line between 1 and ${page.seen}.`,
        );
      }
      const toLine = fromLine + page.lines.length - 1;
      const head = [shown, ...about(document, page.confidence), ...whereOf(page, fromLine, toLine)].join("");
      const tail = [...document.notes.map((note) => `[${note}]`), ...goOn(page, toLine)];
      return {
        ok: true,
        text: [`${head}:`, ...page.lines, ...tail].join("\n"),
        data: dataOf(),
        truncated: page.next !== null,
      };

      function dataOf() {
        return {
          file: found.shown,
          kind: document.kind,
          ...("encoding" in document ? { encoding: document.encoding } : {}),
          ...(document.unit === "part" ? {} : { [`${document.unit}s`]: document.count, fromPage, toPage: page.toPage }),
          fromLine,
          toLine: fromLine + page.lines.length - 1,
          totalLines: page.isWhole ? page.seen : null,
          ocr: page.confidence !== null,
          ...(page.confidence === null ? {} : { confidence: Math.round(page.confidence) }),
          notes: [...document.notes],
        };
      }
    } finally {
      document.dispose();
    }
  },
});

interface Page {
  readonly lines: readonly string[];
  /** How many lines were looked at, from the beginning of the first page on; all of them when `isWhole`. */
  readonly seen: number;
  readonly isWhole: boolean;
  readonly toPage: number;
  /** Where to read on; null at the end. `line` counts from the beginning of `page`. */
  readonly next: { readonly page: number; readonly line: number } | null;
  readonly confidence: number | null;
}

/** Reads pages until there is as much text as fits, and no further: a page may take seconds. */
async function readPage(
  document: OpenDocument,
  ask: { fromPage: number; fromLine: number; mostLines: number | undefined; beginUntil: number },
): Promise<Page> {
  const lines: string[] = [];
  const confidences: number[] = [];
  let room = mostCharacters;
  let seen = 0;
  let next: Page["next"] = null;
  let at = ask.fromPage;
  for (; at <= document.count && next === null; at++) {
    if (at > ask.fromPage && performance.now() > ask.beginUntil && lines.length > 0) {
      next = { page: at, line: 1 };
      break;
    }
    const { label, text, confidence } = await document.section(at - 1);
    if (confidence !== null) confidences.push(confidence);
    const own = linesOf(text);
    const all = label === "" ? own : [label, ...own];
    for (const [index, line] of all.entries()) {
      if (seen + index + 1 < ask.fromLine) continue;
      const isFull = line.length + 1 > room || (ask.mostLines !== undefined && lines.length >= ask.mostLines);
      if (isFull) {
        next = { page: at, line: index + 1 };
        break;
      }
      lines.push(line);
      room -= line.length + 1;
    }
    seen += all.length;
  }
  const mean = confidences.reduce((sum, one) => sum + one, 0) / confidences.length;
  const toPage = Math.min(document.count, next?.page ?? at - 1);
  return {
    lines,
    seen,
    isWhole: toPage === document.count,
    toPage,
    next,
    confidence: confidences.length === 0 ? null : mean,
  };
}

/** How the file is described behind its name. Plain text goes without saying. */
function about(document: OpenDocument, confidence: number | null): string[] {
  if (document.kind === "text") return [];
  const parts = [document.kind, ...(document.unit === "part" || document.count === 1 ? [] : [counted(document)])];
  if (confidence !== null) parts.push(`text of pictures about ${Math.round(confidence)} % sure`);
  return [` (${parts.join(", ")})`];
}

function whereOf({ isWhole, seen, next }: Page, fromLine: number, toLine: number): string[] {
  if (fromLine === 1 && next === null) return [];
  return [`, lines ${fromLine} to ${toLine}${isWhole ? ` of ${seen}` : ""}`];
}

function goOn({ isWhole, seen, next, toPage }: Page, toLine: number): string[] {
  if (next === null) return [];
  // In one piece, or all on one page: lines alone say where to go on.
  if (next.page === 1) {
    const left = isWhole ? `${seen - toLine} more lines, ` : "";
    return [`[truncated, ${left}continue at from_line ${toLine + 1}]`];
  }
  return [`[truncated, continue at from_page ${toPage}${next.line === 1 ? "" : ` and from_line ${next.line}`}]`];
}

function counted({ count, unit }: OpenDocument): string {
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}

function emptyText(shown: string, document: OpenDocument): string {
  const notes = document.notes.map((note) => `\n[${note}]`).join("");
  return document.kind === "text" ? `${shown} is empty.` : `${shown} (${document.kind}) has no text.${notes}`;
}
