import { isStopWord } from "./words.ts";

/** The longest span in words. */
const maxWords = 6;

/**
 * Stretches of a text that can be the object of a call: quoted strings first, then runs of content words, longest
 * first, then every single content word, then stretches that run across a small word or a comma ("Bank of England",
 * "Boston, MA"). Each one stands in the text exactly as given. At most `limit`, without duplicates.
 */
export function spansOf(text: string, limit: number): readonly string[] {
  const quoted = [
    ...text.matchAll(/["“”„«»]([^"“”„«»\n]{1,120})["“”„«»]|(?<![\p{L}\p{N}])'([^'\n]{1,120})'(?![\p{L}\p{N}])/gu),
  ]
    .map((match) => (match[1] ?? match[2] ?? "").trim())
    .filter((span) => span !== "");
  const words = wordsOf(text);
  const pure: string[] = [];
  const single: string[] = [];
  const mixed: string[] = [];
  for (const [first, from] of words.entries()) {
    if (from.stop) continue;
    single.push(from.text, ...(from.text.includes("-") ? from.text.split("-").filter((part) => part.length > 1) : []));
    let crossed = false;
    for (let last = first + 1; last < Math.min(words.length, first + maxWords); last++) {
      const to = words[last];
      const before = words[last - 1];
      if (to === undefined || before === undefined) break;
      const between = text.slice(before.end, to.start);
      if (!/^\s*,?\s*$/u.test(between) && !isAbbreviation(before.text, between)) break;
      crossed ||= to.stop || between.includes(",");
      if (!to.stop) (crossed ? mixed : pure).push(text.slice(from.start, to.end));
    }
  }
  const room = Math.max(0, limit - quoted.length - Math.min(single.length, Math.ceil(limit / 2)));
  const ordered = [...quoted, ...longestFirst(pure).slice(0, room), ...single, ...longestFirst(mixed)];
  return [...new Set(ordered)].slice(0, limit);
}

function longestFirst(spans: readonly string[]): readonly string[] {
  return spans.toSorted((one, other) => other.length - one.length);
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Carries no content: a small word, or a sign such as + between two others. */
  readonly stop: boolean;
}

function wordsOf(text: string): readonly Word[] {
  // Brackets and quotation marks part words; signs at the edge of a word are not of it.
  return [...text.matchAll(/[^\s"“”„«»()[\]{}<>,;:!?.'’]+(?:[,.:'’][^\s"“”„«»()[\]{}<>,;:!?.'’]+)*/gu)].map((match) => {
    const before = text.slice(0, match.index).trimEnd();
    const begins = before === "" || /[.!?:]$/u.test(before);
    // "The" inside a sentence is part of a name.
    const named = /^\p{Lu}\p{L}/u.test(match[0]) && !begins;
    const stop = !/[\p{L}\p{N}]/u.test(match[0]) || (isStopWord(match[0]) && !named);
    return { text: match[0], start: match.index, end: match.index + match[0].length, stop };
  });
}

/** "Mr. X", "J. Smith": the full stop ends no sentence. */
function isAbbreviation(word: string, between: string): boolean {
  return /^\.\s+$/u.test(between) && /^(?:\p{Lu}|Mrs?|Ms|Dr|Prof|St|No|vs)$/u.test(word);
}
