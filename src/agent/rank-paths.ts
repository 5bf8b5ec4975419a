import { contentWords, sameWord } from "./words.ts";

export interface RankedPath {
  readonly path: string;
  /** How much of the question the path's own words answer to, 0 to 1; 1 when a result of this run names the path. */
  readonly support: number;
  /** A result of this run names it, and no call was about it yet: a lead to follow. */
  readonly lead: boolean;
}

/**
 * Orders paths by how likely the question is about them: paths that stand in a result of this run first, in the
 * order of the result, then by shared words, a rare word counting more than a common one (inverse document frequency over the given paths). Equal ones
 * keep their order. Paths in `used` were the object of a call before: they come last and have no support. Nothing is
 * added and nothing is left out.
 */
export function rankPaths(
  paths: readonly string[],
  question: string,
  results: readonly string[],
  used: ReadonlySet<string>,
): readonly RankedPath[] {
  const asked = [...new Set(contentWords(question))];
  const words = paths.map(contentWords);
  const weights = asked.map((word) => {
    const holders = words.filter((held) => held.some((one) => sameWord(one, word))).length;
    return holders === 0 ? 0 : Math.log(1 + paths.length / holders);
  });
  const found = results.join("\n");
  const scored = paths.map((path, index) => {
    const held = words[index] ?? [];
    const shared = asked.map((word) => held.some((one) => sameWord(one, word)));
    const score = shared.reduce((sum, is, at) => sum + (is ? (weights[at] ?? 0) : 0), 0);
    const at = mentionedAt(found, path);
    const named = at >= 0;
    const base = contentWords(path.slice(path.replace(/\/$/u, "").lastIndexOf("/") + 1));
    // What only the folder's name answers to holds for every file in it.
    const own = asked.filter((word) => base.some((one) => sameWord(one, word))).length;
    const matched = own + (shared.filter(Boolean).length - own) / 2;
    const support = named ? 1 : Math.min(1, (2 * matched) / Math.max(1, asked.length));
    if (used.has(path)) return { path, support: 0, lead: false, score: score - 2000, index };
    return { path, support, lead: named, score: named ? 1000 - at / found.length : score, index };
  });
  scored.sort((one, other) => other.score - one.score || one.index - other.index);
  return scored.map(({ path, support, lead }) => ({ path, support, lead }));
}

/** Where the text names exactly this path, not one that goes on after it; -1 when it does not. */
function mentionedAt(text: string, path: string): number {
  for (let at = text.indexOf(path); at >= 0; at = text.indexOf(path, at + 1)) {
    if (!/^[\p{L}\p{N}_/-]/u.test(text.slice(at + path.length, at + path.length + 2))) return at;
  }
  return -1;
}
