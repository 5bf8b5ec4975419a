import { IndoorsError } from "../shared/errors.ts";
import { defineTool } from "./definition.ts";
import { resolveInGrants } from "./grant-path.ts";
import { neutraliseLine } from "./neutralise.ts";
import { linesOf, readTextFile } from "./text-file.ts";

/** What one call gives the model at most; small models have little room. */
const mostCharacters = 4000;
const largestFile = 20_000_000;

/** A page of a text file. The end of the page says how to read on. */
export const readFile = defineTool({
  spec: {
    name: "read_file",
    description: "Reads a text file.",
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
    },
    needs: ["grants"],
    effect: "read",
  },
  limits: { wallMs: 15_000, heapMb: 256, outputCharacters: 100_000 },
  async run({ file, from_line: from = 1, lines: most }, { grants }) {
    const found = await resolveInGrants(grants, file, "file");
    const { text, encoding } = await readTextFile(found.root, found.path, found.shown, largestFile);
    const lines = linesOf(text);
    const shown = neutraliseLine(found.shown);
    if (lines.length === 0) return { ok: true, text: `${shown} is empty.`, truncated: false };
    if (from > lines.length) {
      throw new IndoorsError(
        "input.invalid",
        `There is no line ${from} in '${shown}'. It has ${lines.length} lines; choose from_line between 1 and ${lines.length}.`,
      );
    }
    const page: string[] = [];
    let room = mostCharacters;
    for (const line of lines.slice(from - 1, most === undefined ? undefined : from - 1 + most)) {
      if (line.length + 1 > room) break;
      page.push(line);
      room -= line.length + 1;
    }
    const to = from + page.length - 1;
    const left = lines.length - to;
    const where = from === 1 && left === 0 ? "" : `, lines ${from} to ${to} of ${lines.length}`;
    const goOn = left > 0 ? `\n[truncated, ${left} more lines, continue at from_line ${to + 1}]` : "";
    return {
      ok: true,
      text: `${shown}${where}:\n${page.join("\n")}${goOn}`,
      data: { file: found.shown, encoding, fromLine: from, toLine: to, totalLines: lines.length },
      truncated: left > 0,
    };
  },
});
