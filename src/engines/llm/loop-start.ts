/** Nobody says the same thing so many times in a row; a small model does, until its limit. */
const times = 6;
/** How long what is repeated may be, in characters. Shorter: lines of a table; longer: too late to help. */
const [shortest, longest] = [6, 300];

/**
 * Where the second saying of a loop ends that this text ends with: what comes after it says nothing new. Undefined when it does not
 * end in one. For text that is still being written: asked after each piece, it finds the loop as it closes.
 */
export function loopStart(text: string): number | undefined {
  for (let length = shortest; length <= longest && length * times <= text.length; length++) {
    const start = text.length - length * times;
    const said = text.slice(start, start + length);
    if (!/\p{L}{2}/u.test(said)) continue;
    if (text.endsWith(said.repeat(times))) return start + length * 2;
  }
  return undefined;
}
