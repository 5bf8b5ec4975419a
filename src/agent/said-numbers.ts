const words = new Map<string, number>();
for (const [value, word] of (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
  "eighteen nineteen twenty"
)
  .split(" ")
  .entries()) {
  words.set(word, value);
}
for (const [index, word] of "thirty forty fifty sixty seventy eighty ninety hundred".split(" ").entries()) {
  words.set(word, 30 + 10 * index);
}
for (const [word, value] of [
  ["half", 0.5],
  ["once", 1],
  ["twice", 2],
  ["dozen", 12],
  ["thousand", 1000],
  ["million", 1e6],
] as const) {
  words.set(word, value);
}
const factors: Readonly<Record<string, number>> = { k: 1e3, thousand: 1e3, million: 1e6, billion: 1e9 };

/**
 * The numbers that stand in a text, in order, without duplicates: digits (1,250.50), signs (also `x - 11`, which gives
 * 11 and -11), per cent (5% gives 5 and 0.05), factors (3.5 million) and English number words up to a million.
 */
export function saidNumbers(text: string, limit: number): readonly number[] {
  const found: number[] = [];
  const pattern =
    /(?<sign>(?<![\p{L}\p{N}.])-|(?<=[\p{L}\p{N})])\s+-\s+)?(?<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?(?:e[+-]?\d+)?|(?<![\d])\.\d+)(?:\s?(?<factor>k|thousand|million|billion)\b)?(?<percent>\s?%| per ?cent)?|(?<word>\p{L}+)/giu;
  // The parts of a date are no numbers to work with.
  for (const match of text.replace(/\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4}/gu, " ").matchAll(pattern)) {
    const { sign, digits, factor, percent, word } = match.groups ?? {};
    if (digits !== undefined) {
      const size =
        Number(digits.replaceAll(",", "")) * (factor === undefined ? 1 : (factors[factor.toLowerCase()] ?? 1));
      if (sign === "-") found.push(-size);
      else found.push(size);
      if (sign !== undefined && sign !== "-") found.push(-size);
      // 300K can be kelvin.
      if (factor?.toLowerCase() === "k") found.push(Number(digits.replaceAll(",", "")));
      if (percent !== undefined) found.push(Number((size / 100).toPrecision(12)));
    } else if (word !== undefined) {
      const value = words.get(word.toLowerCase());
      if (value !== undefined) found.push(value);
    }
  }
  return [...new Set(found)].filter((value) => Number.isFinite(value)).slice(0, limit);
}
