import { spellNumber } from "./spell-number.ts";

/** How two texts differ in words. */
export interface WordErrors {
  readonly substitutions: number;
  readonly deletions: number;
  readonly insertions: number;
  readonly referenceWords: number;
}

const spokenForms: Readonly<Record<string, string>> = {
  mr: "mister",
  mrs: "missus",
  dr: "doctor",
  st: "saint",
  etc: "et cetera",
  okay: "ok",
};

/**
 * Brings a transcript into the form that is compared: lower case, no punctuation, no annotations in brackets, numbers and
 * a few titles as words. After appendix C of Radford et al., "Robust Speech Recognition via Large-Scale Weak
 * Supervision", 2022, much reduced. Apostrophes inside words stay.
 */
export function normaliseForComparison(text: string): string[] {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\[[^\]]*\]|\([^)]*\)/gu, " ")
    .replace(/[’‘`]/gu, "'")
    .replace(/(\d),(?=\d{3}\b)/gu, "$1")
    .replace(/\d+/gu, (digits) => ` ${digits.length <= 6 ? spellNumber(Number(digits)) : [...digits].join(" ")} `)
    .replace(/[^\p{L}\p{M}\p{N}']+/gu, " ")
    .replace(/(?<![\p{L}])'|'(?![\p{L}])/gu, " ")
    .split(/\s+/u)
    .filter((word) => word !== "")
    .flatMap((word) => (spokenForms[word] ?? word).split(" "));
}

/**
 * Counts the fewest word edits that turn the reference into the hypothesis (Levenshtein, 1966, over words). Both are
 * already normalised. Memory is one row; time is the product of the lengths.
 */
export function wordErrors(reference: readonly string[], hypothesis: readonly string[]): WordErrors {
  interface Cell {
    readonly cost: number;
    readonly s: number;
    readonly d: number;
    readonly i: number;
  }
  let row: Cell[] = Array.from({ length: hypothesis.length + 1 }, (_, i) => ({ cost: i, s: 0, d: 0, i }));
  for (const [index, word] of reference.entries()) {
    const next: Cell[] = [{ cost: index + 1, s: 0, d: index + 1, i: 0 }];
    for (const [column, heard] of hypothesis.entries()) {
      const diagonal = row[column] as Cell;
      const above = row[column + 1] as Cell;
      const left = next[column] as Cell;
      if (word === heard) next.push(diagonal);
      else if (diagonal.cost <= above.cost && diagonal.cost <= left.cost) {
        next.push({ ...diagonal, cost: diagonal.cost + 1, s: diagonal.s + 1 });
      } else if (above.cost <= left.cost) next.push({ ...above, cost: above.cost + 1, d: above.d + 1 });
      else next.push({ ...left, cost: left.cost + 1, i: left.i + 1 });
    }
    row = next;
  }
  const { s, d, i } = row[hypothesis.length] as Cell;
  return { substitutions: s, deletions: d, insertions: i, referenceWords: reference.length };
}

/** Errors per reference word. With an empty reference: 0 for an empty hypothesis, otherwise the count of inserted words. */
export function errorRate(errors: WordErrors): number {
  const edits = errors.substitutions + errors.deletions + errors.insertions;
  return errors.referenceWords === 0 ? edits : edits / errors.referenceWords;
}
