/** A number as it stands in a table, exactly: `digits` / 10^`scale`. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** How a column writes its numbers: 1,234.5 or 1.234,5. */
export type DecimalMark = "." | ",";

const longest = 60;
const patterns: Readonly<Record<DecimalMark, RegExp>> = {
  ".": /^(\d{1,3}(?:[, '\u00a0\u202f’]\d{3})+|\d+)?(?:\.(\d+)?)?$/,
  ",": /^(\d{1,3}(?:[. '\u00a0\u202f’]\d{3})+|\d+)?(?:,(\d+)?)?$/,
};

/**
 * Reads a cell as a number: thousands marks, a currency or % sign, and brackets or a minus at either end are
 * understood. Undefined for everything else.
 */
export function parseDecimal(cell: string, mark: DecimalMark): Decimal | undefined {
  if (cell.length > longest) return undefined;
  let text = cell.trim();
  const inBrackets = /^\((.*)\)$/.exec(text)?.[1];
  text = (inBrackets ?? text).replace(/^[−–]/, "-");
  const signs =
    /^([+-])?\s*(?:[$€£¥]|[A-Z]{3}(?=[\s\d]))?\s*([+-])?(.*?)\s*(?:[$€£¥%]|(?<=[\s\d])[A-Z]{3})?(-)?$/u.exec(text);
  if (signs === null) return undefined;
  const [, first, second, body = "", last] = signs;
  const power = /^(.*\d)[eE]([+-]?\d{1,2})$/.exec(body);
  const match = patterns[mark].exec(power?.[1] ?? body);
  if (match === null || !/\d/.test(body)) return undefined;
  const whole = (match[1] ?? "").replaceAll(/\D/g, "");
  const fraction = match[2] ?? "";
  const minus = [first, second, last].filter((sign) => sign === "-").length + (inBrackets === undefined ? 0 : 1);
  if (minus > 1) return undefined;
  const digits = BigInt(`${whole}${fraction}` || "0") * (minus === 1 ? -1n : 1n);
  const scale = fraction.length - Number(power?.[2] ?? 0);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** Which mark the cells of a column speak for; undefined when they would do for both. */
export function decimalMarkOf(cells: readonly string[]): DecimalMark | undefined {
  let balance = 0;
  for (const cell of cells) {
    const [point, comma] = [parseDecimal(cell, "."), parseDecimal(cell, ",")];
    if ((point === undefined) !== (comma === undefined)) balance += point === undefined ? -1 : 1;
    // 0.125 and 1234.567 are no thousands.
    else if (/(^|\D)0\.\d|\d{4}\.\d/.test(cell)) balance += 1;
    else if (/(^|\D)0,\d|\d{4},\d/.test(cell)) balance -= 1;
  }
  if (balance === 0) return undefined;
  return balance > 0 ? "." : ",";
}

export function compareDecimals(one: Decimal, other: Decimal): number {
  const scale = Math.max(one.scale, other.scale);
  const difference = atScale(one, scale) - atScale(other, scale);
  if (difference === 0n) return 0;
  return difference > 0n ? 1 : -1;
}

export function addDecimals(one: Decimal, other: Decimal): Decimal {
  const scale = Math.max(one.scale, other.scale);
  return { digits: atScale(one, scale) + atScale(other, scale), scale };
}

/** The quotient, rounded half away from zero to `scale` places, or to as many as the dividend has. */
export function divideDecimal(sum: Decimal, count: number, scale: number): Decimal {
  const places = Math.max(scale, sum.scale);
  const divisor = BigInt(count);
  const doubled = atScale(sum, places) * 2n;
  const away = doubled < 0n ? -divisor : divisor;
  return { digits: (doubled + away) / (2n * divisor), scale: places };
}

/** Plain notation with a point, without zeros that say nothing. */
export function formatDecimal({ digits, scale }: Decimal): string {
  const [minus, plain] = digits < 0n ? ["-", String(-digits)] : ["", String(digits)];
  const padded = plain.padStart(scale + 1, "0");
  const whole = padded.slice(0, padded.length - scale);
  const fraction = padded.slice(padded.length - scale).replace(/0+$/, "");
  return `${minus}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

function atScale({ digits, scale }: Decimal, wanted: number): bigint {
  return digits * 10n ** BigInt(wanted - scale);
}
