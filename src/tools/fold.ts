/**
 * Text as it is compared in a search: without case and without accents, in the same length wherever Unicode allows, so
 * that a place found in the folded text is the place in the original.
 */
export function fold(text: string): string {
  return text
    .normalize("NFC")
    .replace(/\P{ASCII}+/gu, foldLetters)
    .toLowerCase();
}

/** The distinct words of a query, folded. Words under three letters only count when there is no longer one. */
export function queryWords(query: string): string[] {
  const words = [...new Set(fold(query).match(/[\p{L}\p{N}]+/gu) ?? [])];
  const long = words.filter((word) => word.length >= 3);
  return long.length > 0 ? long : words;
}

/** Scripts that are written without spaces: there a word can begin anywhere. */
const spaceless = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** What finds a folded word in folded text: at the beginning of a word, so that "table" finds tables and not portable. */
export function wordPattern(word: string): RegExp {
  return spaceless.test(word) ? new RegExp(word, "u") : new RegExp(`(?<![\\p{L}\\p{N}])${word}`, "u");
}

function foldLetters(letters: string): string {
  return letters.normalize("NFD").replace(/\p{M}+/gu, "");
}
