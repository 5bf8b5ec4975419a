/** A piece of text, and whether it is one of the words that were looked for. */
export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

/** Characters before the first hit that are kept when the beginning is left out. */
const lead = 30;

/**
 * The text cut into pieces around the words of the query, found in any case and without accents; it begins shortly
 * before the first of them, at most `length` long. Line ends become spaces.
 */
export function markedWords(text: string, query: string, length = 160): readonly Piece[] {
  const flat = text.replaceAll(/\s+/gu, " ").trim();
  const folded = fold(flat);
  const words = [...new Set(fold(query).split(/[^\p{L}\p{N}]+/u))].filter((word) => word !== "");
  const hits = words.flatMap((word) => placesOf(folded, word)).toSorted((a, b) => a[0] - b[0]);
  const first = hits[0]?.[0] ?? 0;
  const from = first > lead * 2 ? first - lead : 0;
  const to = Math.min(flat.length, from + length);
  const pieces: Piece[] = [];
  let at = from;
  for (const [start, end] of hits) {
    if (start < at || start >= to) continue;
    pieces.push({ text: flat.slice(at, start), hit: false }, { text: flat.slice(start, Math.min(end, to)), hit: true });
    at = Math.min(end, to);
  }
  pieces.push({ text: flat.slice(at, to), hit: false });
  const shown = [
    ...(from > 0 ? [{ text: "…", hit: false }] : []),
    ...pieces,
    ...(to < flat.length ? [{ text: "…", hit: false }] : []),
  ];
  return shown.filter((piece) => piece.text !== "");
}

/** Where words begin with `word`. */
function placesOf(text: string, word: string): (readonly [number, number])[] {
  const places: (readonly [number, number])[] = [];
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? "")) places.push([at, at + word.length]);
  }
  return places;
}

/** Small letters without accents, as many units as before. */
function fold(text: string): string {
  return text
    .replaceAll(/[^\p{ASCII}]/gu, (sign) => {
      const plain = sign.normalize("NFD")[0]?.toLowerCase() ?? sign;
      return sign.length === plain.length ? plain : sign;
    })
    .replaceAll(/[A-Z]/gu, (sign) => sign.toLowerCase());
}
