const small = [
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen",
  "eighteen nineteen",
]
  .join(" ")
  .split(" ");
const tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/** An integer from 0 to 999,999 in English words, without "and" or hyphens: 1465 is "one thousand four hundred sixty five". */
export function spellNumber(value: number): string {
  if (value < 20) return small[value] ?? String(value);
  if (value < 100) return joined(tens[Math.floor(value / 10)] ?? "", value % 10);
  if (value < 1000) return joined(`${spellNumber(Math.floor(value / 100))} hundred`, value % 100);
  return joined(`${spellNumber(Math.floor(value / 1000))} thousand`, value % 1000);
}

function joined(head: string, rest: number): string {
  return rest === 0 ? head : `${head} ${spellNumber(rest)}`;
}
