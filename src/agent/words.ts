/** Words that say nothing about what a question is about. English; other languages lose only ranking quality. */
const stopWords = new Set(
  (
    "a about above after again against all also am an and any are as at be because been before being below between both but by " +
    "can could did do does doing down during each few find for from further get give had has have having he her here hers him his " +
    "how i if in into is it its itself just let like look make me more most my need no nor not now of off on once only or other our " +
    "out over own please read said same say says she should show so some such tell than that the their them then there these they this " +
    "those through to too under until up us use using very want was we were what when where which while who whom whose why will " +
    "with would you your"
  ).split(" "),
);

/** True for a word that carries no content. */
export function isStopWord(word: string): boolean {
  return stopWords.has(word.toLowerCase().replace(/['’].*$/u, ""));
}

/**
 * The content words of a text in lower case, cut to a common stem, without stop words: `Board_meetings-2026.txt`
 * gives board, meeting, 2026, txt. CamelCase and digits are split off.
 */
export function contentWords(text: string): string[] {
  return partsOf(text)
    .filter((word) => !stopWords.has(word))
    .map(stem);
}

/** The same with the words that carry no content: a tool called read_file is about reading. */
export function allWords(text: string): string[] {
  return partsOf(text).map(stem);
}

function partsOf(text: string): string[] {
  return text
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/(\p{L})(\p{N})|(\p{N})(\p{L})/gu, "$1$3 $2$4")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 1);
}

/** True when two stems mean the same word as far as the eye can tell: equal, or one begins the other. */
export function sameWord(one: string, other: string): boolean {
  if (one === other) return true;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length >= 4 && long.startsWith(short);
}

function stem(word: string): string {
  if (word.length > 4 && word.endsWith("ies")) return `${word.slice(0, -3)}y`;
  if (word.length > 3 && word.endsWith("s") && !word.endsWith("ss")) return word.slice(0, -1);
  return word;
}
