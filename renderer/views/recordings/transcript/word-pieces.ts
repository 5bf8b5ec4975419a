import type { Segment, Word } from "../../../../src/shared/speech.ts";

/** A piece of a segment's text, with the word that it is; null for what stands between words. */
export interface WordPiece {
  readonly text: string;
  readonly word: Word | null;
}

/**
 * Finds a segment's words in its text. Engines give words without the spaces around them, and some scripts have none.
 * The pieces together are the text; a word that is not in it has no piece.
 */
export function wordPieces({ text, words = [] }: Pick<Segment, "text" | "words">): readonly WordPiece[] {
  const pieces: WordPiece[] = [];
  let done = 0;
  for (const word of words) {
    const spoken = word.text.trim();
    const at = spoken === "" ? -1 : text.indexOf(spoken, done);
    if (at === -1) continue;
    if (at > done) pieces.push({ text: text.slice(done, at), word: null });
    pieces.push({ text: spoken, word });
    done = at + spoken.length;
  }
  if (done < text.length) pieces.push({ text: text.slice(done), word: null });
  return pieces;
}
