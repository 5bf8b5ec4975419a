import { structuredPatch, type StructuredPatch } from "diff";
import { neutralise } from "../neutralise.ts";
import type { TextFile } from "../text-file.ts";

/** Where comparing stops and everything counts as replaced: the host must not be kept busy. */
const mostEdits = 4000;
const mostMs = 500;
const mostLines = 100_000;
const longestLine = 1000;

/**
 * What changes between two texts, as a unified diff without its header; an empty side is a file that is not there.
 * Neutralised line by line, so that no character of the content can look like another line of the diff. At most
 * `mostCharacters` long, plus a last line that says how much is missing.
 */
export async function unifiedDiff(
  before: TextFile | null,
  after: TextFile | null,
  mostCharacters: number,
): Promise<string> {
  const [old, now] = [before?.text ?? "", after?.text ?? ""];
  const bothEndInCr = before !== null && after !== null && onlyCrLf(old) && onlyCrLf(now);
  const { lines, total } = await compare(old, now, mostCharacters);
  const kept: string[] = [];
  if (before !== null && after !== null && before.encoding !== after.encoding) {
    kept.push(`(The encoding changes from ${before.encoding} to ${after.encoding}.)`);
  }
  let room = mostCharacters;
  for (const [at, line] of lines.entries()) {
    const next = shown(line, bothEndInCr);
    room -= next.length + 1;
    if (room < 0) {
      kept.push(`[… ${total - at} more lines of this diff are not shown]`);
      break;
    }
    kept.push(next);
  }
  return kept.join("\n");
}

interface Lines {
  /** All of them, or at least as many as can be shown. */
  readonly lines: readonly string[];
  readonly total: number;
}

async function compare(old: string, now: string, most: number): Promise<Lines> {
  if (old === "" || now === "" || countLines(old) + countLines(now) > mostLines) return replaced(old, now, most);
  const patch = await new Promise<StructuredPatch | undefined>((callback) => {
    structuredPatch("", "", old, now, "", "", { context: 3, maxEditLength: mostEdits, timeout: mostMs, callback });
  });
  if (patch === undefined) return replaced(old, now, most);
  const lines = patch.hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines,
  ]);
  return { lines, total: lines.length };
}

/** The diff that says: all of this goes, all of that comes. */
function replaced(old: string, now: string, most: number): Lines {
  const [gone, come] = [countLines(old), countLines(now)];
  if (gone + come === 0) return { lines: [], total: 0 };
  const span = (count: number) => (count === 0 ? "0,0" : `1,${count}`);
  const side = (text: string, count: number, sign: string) => [
    // A line takes at least one character, so no more than `most` of them will be shown.
    ...text.split("\n", Math.min(count, most)).map((line) => `${sign}${line}`),
    ...(text === "" || text.endsWith("\n") ? [] : ["\\ No newline at end of file"]),
  ];
  const [first, second] = [gone === 0 ? [] : side(old, gone, "-"), come === 0 ? [] : side(now, come, "+")];
  const header = `@@ -${span(gone)} +${span(come)} @@`;
  const left = gone + come - Math.min(gone, most) - Math.min(come, most);
  // What comes stands first: where not all of it can be shown, that is what matters.
  return { lines: [header, ...second, ...first], total: 1 + first.length + second.length + left };
}

function countLines(text: string): number {
  let count = text === "" || text.endsWith("\n") ? 0 : 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

function onlyCrLf(text: string): boolean {
  return text.includes("\r\n") && !/(?<!\r)\n/.test(text);
}

/** A line that ends in CR where not all of them do shows it: else the two sides of the change would look the same. */
function shown(line: string, endsInCr: boolean): string {
  const plain = endsInCr && line.endsWith("\r") ? line.slice(0, -1) : line;
  const cut =
    plain.length > longestLine ? `${plain.slice(0, longestLine)}[… ${plain.length - longestLine} more]` : plain;
  return neutralise(cut.replaceAll("\r", "␍")).replaceAll("\n", "␊");
}
