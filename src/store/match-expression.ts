/** The most words of a query that are looked for: a pasted page must not become a page of SQL work. */
const maxWords = 32;

/**
 * Turns what a person or a model typed into FTS5 match expressions, or undefined when there is nothing to look for.
 * Every word goes in quotes, so nothing in it is syntax (https://www.sqlite.org/fts5.html#fts5_strings); the last one
 * matches as a beginning, for people who are still typing. A word with punctuation inside, like O'Brien, is a phrase.
 */
export function matchExpressions(query: string): { readonly all: string; readonly any: string } | undefined {
  const words = query
    // A NUL would end the expression inside its quotes.
    .split(/[\s\0]+/u)
    // What the index knows as letters: unicode61 takes letters, numbers and private use. The rest would match nothing.
    .filter((word) => /[\p{L}\p{N}\p{Co}]/u.test(word))
    .slice(0, maxWords)
    .map((word) => `"${word.replaceAll('"', '""')}"`);
  if (words.length === 0) return undefined;
  words.push(`${words.pop()}*`);
  return { all: words.join(" AND "), any: words.join(" OR ") };
}
