/** Whisper takes half its text context of 448 tokens as a prompt and cuts the front of a longer one; some stays free. */
export const promptTokenLimit = 216;

export interface VocabularyPrompt {
  /** Empty when there is no term. */
  readonly text: string;
  /** How many terms, from the first on, are in the prompt. */
  readonly fitted: number;
  readonly total: number;
}

/**
 * Writes a list of names and terms as the initial prompt of a speech engine, in the given order, as many as fit. Blank
 * terms and repeats are left out and not counted. Terms after the first that does not fit are left out, so that the
 * order of the list says what matters most.
 * @param countTokens Tokens of a text in the engine's vocabulary; without one an estimate that is rather too high.
 */
export function vocabularyPrompt(
  terms: readonly string[],
  countTokens: (text: string) => number = estimateTokens,
  limit: number = promptTokenLimit,
): VocabularyPrompt {
  const unique = [...new Set(terms.map((term) => term.replace(/\s+/gu, " ").trim()))].filter((term) => term !== "");
  let fitted = 0;
  while (fitted < unique.length && countTokens(sentence(unique.slice(0, fitted + 1))) <= limit) fitted++;
  return { text: fitted === 0 ? "" : sentence(unique.slice(0, fitted)), fitted, total: unique.length };
}

/**
 * Tokens a byte-pair vocabulary of 51,864 entries may need, rather too many: three letters a token inside a word, every
 * digit, mark and non-Latin letter on its own.
 */
export function estimateTokens(text: string): number {
  let tokens = 0;
  for (const piece of text.match(/\p{Script=Latin}+|\S/gu) ?? []) {
    if (/^\p{Script=Latin}+$/u.test(piece)) tokens += Math.ceil(piece.length / 3);
    else tokens += (piece.codePointAt(0) ?? 0) > 0x7f ? 3 : 1;
  }
  return tokens;
}

function sentence(terms: readonly string[]): string {
  return `${terms.join(", ")}.`;
}
