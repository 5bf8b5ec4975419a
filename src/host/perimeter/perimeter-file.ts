import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { emptyPerimeter, type PerimeterFile, perimeterFile } from "../../shared/perimeter.ts";
import { fieldOf } from "../field-of.ts";
import { parseJsonText, replaceFile } from "../json-file.ts";

const maxBytes = 1_000_000;

/** `perimeter.json` of a data folder: every opening there is. Only the host writes it. */
export interface OpenedPerimeterFile {
  readonly path: string;
  /**
   * What is listed now; nothing when there is no file.
   * @throws IndoorsError `perimeter.refused` when it cannot be used: then nothing is open, and nothing is put in its place
   */
  read(): Promise<PerimeterFile>;
  /** Makes another list of the one in the file, in one step. Changes wait for each other. Returns the new one. */
  change(edit: (now: PerimeterFile) => PerimeterFile | Promise<PerimeterFile>): Promise<PerimeterFile>;
}

/** Names the file; an absent one is an empty list, and stays absent until something is listed. */
export function openPerimeterFile(dataFolder: string): OpenedPerimeterFile {
  const path = join(dataFolder, "perimeter.json");
  let last: Promise<unknown> = Promise.resolve();
  return {
    path,
    read: () => readPerimeter(path),
    change(edit) {
      const next = last.then(async () => {
        const before = await readPerimeter(path);
        const after = checked(path, await edit(before));
        if (after !== before) await replaceFile(path, `${JSON.stringify(after, null, 2)}\n`);
        return after;
      });
      last = next.catch(() => {});
      return next;
    },
  };
}

async function readPerimeter(path: string): Promise<PerimeterFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return emptyPerimeter;
    throw unusable(path, `It cannot be read (${messageOf(error)}).`);
  }
  if (text.length > maxBytes) throw unusable(path, `It is larger than ${maxBytes / 1e6} MB.`);
  let value: unknown;
  try {
    value = parseJsonText(text);
  } catch (error) {
    throw unusable(path, messageOf(error));
  }
  return checked(path, value);
}

function checked(path: string, value: unknown): PerimeterFile {
  const parsed = perimeterFile.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = fieldOf(issue?.path ?? []) || "The whole file";
    throw unusable(path, `${field}: ${issue?.message ?? "it has the wrong form"}.`);
  }
  const { servers, connectors, enrolments } = parsed.data;
  const names = new Set<string>();
  for (const [list, entries] of Object.entries({ servers, connectors, enrolments })) {
    for (const [index, { name }] of entries.entries()) {
      if (names.has(name)) throw unusable(path, `${list}[${index}].name: '${name}' is taken.`);
      names.add(name);
    }
  }
  // The same object when nothing is wrong with it, so that a change that changes nothing writes nothing.
  return value as PerimeterFile;
}

function unusable(path: string, why: string): IndoorsError {
  return new IndoorsError(
    "perimeter.refused",
    `The perimeter cannot be used, so nothing is open: ${path}. ${why} Correct the file, or delete it to close everything.`,
    { reason: why },
  );
}
