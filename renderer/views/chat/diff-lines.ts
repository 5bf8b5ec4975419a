import { visibleLines } from "./argument-lines.ts";

/** What a line of a unified diff says. */
export type DiffLineKind = "added" | "removed" | "same" | "place" | "note";

export interface DiffLine {
  readonly kind: DiffLineKind;
  /** The sign in front: +, − or a space; empty for lines that are about the diff. */
  readonly sign: string;
  readonly text: string;
}

const kinds: Readonly<Record<string, readonly [DiffLineKind, string]>> = {
  "+": ["added", "+"],
  "-": ["removed", "−"],
  " ": ["same", " "],
};

/** A unified diff line by line, nothing left out, nothing hidden. */
export function diffLines(diff: string): readonly DiffLine[] {
  return visibleLines(diff).map((line): DiffLine => {
    const known = kinds[line[0] ?? ""];
    if (known !== undefined) return { kind: known[0], sign: known[1], text: line.slice(1) };
    return { kind: line.startsWith("@@") ? "place" : "note", sign: "", text: line };
  });
}
