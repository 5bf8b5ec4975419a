/** Signs that calls and markup are made of, and that names of files seldom have; and what nobody sees. */
const signs = /[{}<>|="`\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const longestPlain = 60;

/**
 * Whether the name of a file or a recording could hold instructions. A model is shown names before it has read
 * anything, so such a name counts as content. Shorter and plainer names do not: they would make every folder suspect.
 */
export function couldInstruct(name: string): boolean {
  return name.length > longestPlain || signs.test(name);
}
