type Version = readonly [major: number, minor: number, patch: number];

/** `1`, `1.2`, `v1.2.3`, `1.x`, `*`; what is left out is null. */
const partial = /^v?(\d{1,6}|[xX*])(?:\.(\d{1,6}|[xX*]))?(?:\.(\d{1,6}|[xX*]))?(?:[-+][\w.+-]*)?$/;

/**
 * True when a version of Node is in a range as package.json writes it: comparisons, `^`, `~`, `x`, `-`, spaces for "and", `||`
 * for "or". Pre-releases are not told apart. Undefined when the range cannot be read.
 */
export function isInRange(version: string, range: string): boolean | undefined {
  const at = lowest(version);
  if (at === undefined || range.length > 200) return undefined;
  let inside = false;
  for (const part of range.split("||")) {
    const held = part
      .trim()
      .replace(/^(\S+)\s+-\s+(\S+)$/, ">=$1 <=$2")
      .replaceAll(/([<>=^~])\s+/g, "$1")
      .split(/\s+/)
      .map((one) => holds(at, one));
    if (held.includes(undefined)) return undefined;
    inside ||= held.every(Boolean);
  }
  return inside;
}

function holds(at: Version, comparison: string): boolean | undefined {
  if (comparison === "") return true;
  const [, sign = "", rest = ""] = /^(>=|<=|>|<|=|\^|~>?)?(.*)$/.exec(comparison) ?? [];
  const from = lowest(rest);
  const to = above(rest, sign);
  if (from === undefined || to === undefined) return undefined;
  const [low, high] = [compare(at, from) >= 0, compare(at, to) < 0];
  if (sign === ">=") return low;
  if (sign === "<") return !low;
  if (sign === ">") return !high;
  if (sign === "<=") return high;
  return low && high;
}

/** The first version that a partial one means. */
function lowest(text: string): Version | undefined {
  const parts = partsOf(text);
  return parts && [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0];
}

/** The first version after those that it means. */
function above(text: string, sign: string): Version | undefined {
  const parts = partsOf(text);
  if (parts === undefined) return undefined;
  const [major, minor, patch] = parts;
  if (major === null) return [Infinity, 0, 0];
  if (minor === null) return [major + 1, 0, 0];
  if (sign === "^") {
    if (major > 0) return [major + 1, 0, 0];
    return minor > 0 || patch === null ? [0, minor + 1, 0] : [0, 0, patch + 1];
  }
  return sign.startsWith("~") || patch === null ? [major, minor + 1, 0] : [major, minor, patch + 1];
}

function partsOf(text: string): [number | null, number | null, number | null] | undefined {
  const found = partial.exec(text);
  if (found === null) return undefined;
  const numbers = found.slice(1, 4).map((part) => (part === undefined || /^[xX*]$/.test(part) ? null : Number(part)));
  return [numbers[0] ?? null, numbers[1] ?? null, numbers[2] ?? null];
}

function compare(one: Version, other: Version): number {
  for (const index of [0, 1, 2] as const) {
    if (one[index] !== other[index]) return one[index] - other[index];
  }
  return 0;
}
