import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { messageOf } from "../shared/errors.ts";

/** Reads JSON that people may have written. @throws Error with the line, for people: "Line 3: it is not JSON (…)." */
export function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/u, ""));
  } catch (error) {
    throw new Error(`${placeOf(text, messageOf(error))}: it is not JSON (${messageOf(error)}).`, { cause: error });
  }
}

/** JSON.parse says where for most faults; the rest are at the end. */
function placeOf(text: string, message: string): string {
  const line = /\(line (\d+) column \d+\)/u.exec(message)?.[1];
  if (line !== undefined) return `Line ${line}`;
  const position = /position (\d+)/u.exec(message)?.[1];
  const before = position === undefined ? text : text.slice(0, Number(position));
  return `Line ${before.split("\n").length}`;
}

/** Puts a text in the place of a file, for its owner alone: after a crash the file is the old one or the new one. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  try {
    const file = await open(draft, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
