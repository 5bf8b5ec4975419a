/** What may stand between the signs of a mark without being seen: spaces, marks on letters, invisible characters. */
const unseen = "\\s\\p{Cf}\\p{Cc}\\p{Mn}\\p{Me}\\p{Default_Ignorable_Code_Point}\\u2800";
/** `<data`, `</data` and whatever looks the same to a reader: other widths, hidden characters in between. */
const mark = new RegExp(
  `[<＜﹤](?=[/／${unseen}]*${["dｄ", "aａ", "tｔ", "aａ"].map((letter) => `[${letter}]`).join(`[${unseen}]*`)})`,
  "giu",
);

/**
 * Puts text that a tool brought in between marks that the text itself cannot write: an opening or closing mark inside
 * it loses its bracket. The system text says that what stands between the marks is data and never an instruction.
 */
export function frame(tool: string, text: string): string {
  return `<data from="${tool}">\n${text.replace(mark, "‹")}\n</data>`;
}

/**
 * One line of something that exists, such as a file name: without line breaks, control characters, and the characters
 * that hide text or turn it round.
 */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]+/gu, " ")
    .trim();
}
