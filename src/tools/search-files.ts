import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { IndoorsError, throwIfCancelled } from "../shared/errors.ts";
import { defineTool } from "./definition.ts";
import type { Unit } from "./documents/reading.ts";
import { fold, queryWords, wordPattern } from "./fold.ts";
import { type GrantedPath, resolveInGrants } from "./grant-path.ts";
import { neutraliseLine } from "./neutralise.ts";
import { linesOf } from "./text-file.ts";

const mostResults = 8;
const linesPerFile = 2;
const snippetLength = 160;
const most = { textBytes: 2_000_000, documentBytes: 10_000_000 };
/** What one document may take of the search. */
const documentMs = 2_000;
/** Where the search stops and says so, well inside the worker's limits. */
const mostEntries = 20_000;
const mostBytes = 200_000_000;
const searchMs = 8_000;

/** A part of a file: all of it, or a page, sheet, slide or chapter, from 1. */
interface Part {
  readonly where: { readonly unit: Unit; readonly page: number } | undefined;
  readonly text: string;
}

interface Line {
  readonly where: Part["where"];
  /** As read_file counts: from the beginning of the page. */
  readonly line: number;
  readonly snippet: string;
  readonly words: number;
}

interface Word {
  readonly text: string;
  readonly pattern: RegExp;
}

interface Match {
  readonly shown: string;
  readonly inName: ReadonlySet<string>;
  readonly inText: ReadonlySet<string>;
  readonly lines: readonly Line[];
}

/**
 * Finds files by name and by content. A file ranks by the distinct words of the query that stand in its name and in its
 * text, each counted by how rare it is among the files that match, ln(1 + files / files with the word).
 */
export const searchFiles = defineTool({
  spec: {
    name: "search_files",
    description: "Searches the names and the text of files and documents for words.",
    arguments: {
      words: { kind: "span", description: "The words to look for." },
      folder: {
        kind: "path",
        of: "folder",
        description: "The folder to search. Leave it out to search everything that is open.",
        optional: true,
      },
    },
    needs: ["grants"],
    effect: "read",
  },
  limits: { wallMs: 20_000, heapMb: 512, outputCharacters: 100_000 },
  async run({ words, folder }, { grants, signal }) {
    const wanted = queryWords(words).map((text) => ({ text, pattern: wordPattern(text) }));
    if (wanted.length === 0) {
      throw new IndoorsError("input.invalid", "There is no word to search for. Give at least one word or number.");
    }
    const starts =
      folder === undefined
        ? await Promise.all(grants.map((grant) => resolveInGrants(grants, grant.name, "folder")))
        : [await resolveInGrants(grants, folder, "folder")];
    const { matches, searched, stopped } = await search(starts, wanted, signal);
    const ranked = rank(matches);
    const best = ranked.slice(0, mostResults);
    const early = stopped === undefined ? [] : [`[stopped early: ${stopped}; search a smaller folder to see the rest]`];
    const asked = neutraliseLine(words);
    if (best.length === 0) {
      const text = [`No file has '${asked}' in its name or text (${searched} files searched).`, ...early].join("\n");
      return { ok: true, text, data: { results: [] }, truncated: stopped !== undefined };
    }
    const heading = `${ranked.length} of ${searched} files match '${asked}'${ranked.length > best.length ? `, the best ${best.length}` : ""}:`;
    return {
      ok: true,
      text: [heading, ...best.flatMap(describe), ...early].join("\n"),
      data: {
        results: best.map(({ shown, lines }) => ({
          file: shown,
          lines: lines.map(({ where, line, snippet }) => ({ ...(where && { page: where.page }), line, snippet })),
        })),
      },
      truncated: stopped !== undefined || ranked.length > best.length,
    };
  },
});

/** Walks the folders, nearest first. Links are not followed; hidden entries are left out. */
async function search(starts: readonly GrantedPath[], wanted: readonly Word[], signal: AbortSignal) {
  const until = performance.now() + searchMs;
  const folders = starts.map(({ root, path, shown }) => ({ root, path, shown }));
  const matches: Match[] = [];
  let entries = 0;
  let searched = 0;
  let bytes = 0;
  for (let at = 0; at < folders.length; at++) {
    const folder = folders[at];
    if (folder === undefined) break;
    for (const entry of await entriesOf(folder.path)) {
      throwIfCancelled(signal);
      entries++;
      if (entries > mostEntries) return { matches, searched, stopped: `more than ${mostEntries} files and folders` };
      if (performance.now() > until) return { matches, searched, stopped: `the time of ${searchMs / 1000} s ran out` };
      if (bytes > mostBytes) return { matches, searched, stopped: `more than ${mostBytes / 1e6} MB of text` };
      const inside = { root: folder.root, path: join(folder.path, entry.name), shown: `${folder.shown}/${entry.name}` };
      if (entry.isDirectory()) folders.push(inside);
      if (!entry.isFile()) continue;
      searched++;
      const parts = await partsOf(inside, Math.min(until, performance.now() + documentMs), signal);
      bytes += parts.reduce((sum, part) => sum + part.text.length, 0);
      const match = matchFile(inside.shown, parts, wanted);
      if (match !== undefined) matches.push(match);
    }
  }
  return { matches, searched, stopped: undefined };
}

/** The text of a file, without what only a picture shows. What cannot be read can still be found by its name. */
async function partsOf(
  file: { readonly root: string; readonly path: string; readonly shown: string },
  until: number,
  signal: AbortSignal,
): Promise<Part[]> {
  const parts: Part[] = [];
  try {
    const { openDocument } = await import("./documents/open-document.ts");
    const document = await openDocument({ ...file, most }, { ocr: null, until, signal });
    try {
      for (let index = 0; index < document.count; index++) {
        const { label, text } = await document.section(index);
        const where = document.unit === "part" ? undefined : { unit: document.unit, page: index + 1 };
        parts.push({ where, text: label === "" ? text : `${label}\n${text}` });
      }
    } finally {
      document.dispose();
    }
  } catch {
    throwIfCancelled(signal);
  }
  return parts;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  const all = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return all
    .filter((entry) => !entry.name.startsWith("."))
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

function matchFile(shown: string, parts: readonly Part[], wanted: readonly Word[]): Match | undefined {
  const inName = wordsIn(fold(shown), wanted);
  const found = parts.map((part) => ({ part, words: wordsIn(fold(part.text), wanted) }));
  const inText = new Set(found.flatMap(({ words }) => words.map((word) => word.text)));
  if (inName.length + inText.size === 0) return undefined;
  const lines = found.flatMap(({ part, words }) => (words.length === 0 ? [] : matchingLines(part, words)));
  const best = lines.sort((a, b) => b.words - a.words).slice(0, linesPerFile);
  return { shown, inName: new Set(inName.map((word) => word.text)), inText, lines: best };
}

function matchingLines({ where, text }: Part, words: readonly Word[]): Line[] {
  return linesOf(text).flatMap((line, index) => {
    const folded = fold(line);
    const found = wordsIn(folded, words);
    if (found.length === 0) return [];
    const first = Math.min(...found.map((word) => folded.search(word.pattern)));
    return [{ where, line: index + 1, snippet: snippetAround(line, first), words: found.length }];
  });
}

function wordsIn(folded: string, wanted: readonly Word[]): readonly Word[] {
  return wanted.filter((word) => word.pattern.test(folded));
}

function snippetAround(line: string, at: number): string {
  const trimmed = line.trim();
  if (trimmed.length <= snippetLength) return trimmed;
  const start = Math.max(0, Math.min(at - snippetLength / 4, line.length - snippetLength));
  const cut = line.slice(start, start + snippetLength).trim();
  return `${start > 0 ? "… " : ""}${cut}${start + snippetLength < line.length ? " …" : ""}`;
}

function rank(matches: readonly Match[]): Match[] {
  const filesWith = new Map<string, number>();
  for (const { inName, inText } of matches) {
    for (const word of new Set([...inName, ...inText])) filesWith.set(word, (filesWith.get(word) ?? 0) + 1);
  }
  const weight = (words: ReadonlySet<string>) =>
    [...words].reduce((sum, word) => sum + Math.log(1 + matches.length / (filesWith.get(word) ?? 1)), 0);
  const together = (match: Match) => match.lines[0]?.words ?? 0;
  return matches
    .map((match) => ({ match, score: weight(match.inName) + weight(match.inText) }))
    .sort(
      (a, b) => b.score - a.score || together(b.match) - together(a.match) || (a.match.shown < b.match.shown ? -1 : 1),
    )
    .map(({ match }) => match);
}

function describe({ shown, lines }: Match): string[] {
  const place = ({ where, line }: Line) => `${where === undefined ? "" : `${where.unit} ${where.page}, `}line ${line}`;
  return [neutraliseLine(shown), ...lines.map((line) => `  ${place(line)}: ${neutraliseLine(line.snippet)}`)];
}
