import type { Segment } from "../../../../src/shared/speech.ts";

/** The segments in small letters, made once: a search of 20,000 then takes a few milliseconds. */
export function searchIndex(segments: readonly Pick<Segment, "text">[], language: string): readonly string[] {
  return segments.map(({ text }) => text.toLocaleLowerCase(language));
}

/** The indexes of the segments that contain the words as they are written, whatever their case. */
export function findSegments(index: readonly string[], query: string, language: string): number[] {
  const wanted = query.trim().toLocaleLowerCase(language);
  if (wanted === "") return [];
  const found: number[] = [];
  for (let at = 0; at < index.length; at++) if (index[at]?.includes(wanted) === true) found.push(at);
  return found;
}

/** A piece of a text; `hit` pieces are shown marked. Together they are the text. */
export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

/** Marks what was searched for. `words`: each word by itself, at the beginning of words; else the whole as written. */
export function markHits(text: string, query: string, mode: "whole" | "words"): readonly Piece[] {
  const parts = (mode === "whole" ? [query.trim()] : (query.match(/[\p{L}\p{N}]+/gu) ?? [])).filter(
    (part) => part !== "",
  );
  if (parts.length === 0) return [{ text, hit: false }];
  const any = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|");
  const form = new RegExp(mode === "whole" ? any : `(?<![\\p{L}\\p{N}])(?:${any})[\\p{L}\\p{N}]*`, "giu");
  const pieces: Piece[] = [];
  let last = 0;
  for (const { 0: hit, index } of text.matchAll(form)) {
    if (index > last) pieces.push({ text: text.slice(last, index), hit: false });
    pieces.push({ text: hit, hit: true });
    last = index + hit.length;
  }
  if (last < text.length) pieces.push({ text: text.slice(last), hit: false });
  return pieces;
}
