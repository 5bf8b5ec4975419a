import type { Decimal } from "decimal.js";

/** A number, or a list of them, which only some functions take. */
export type Value = Decimal | readonly Decimal[];

type Calculate = (args: readonly Value[]) => Decimal;

const largestFactorial = 3000;

/**
 * What can be called in an expression. Each throws RangeError with a message that completes "<name> …".
 * std and variance are those of a sample; round takes a half away from zero; mod has the sign of its divisor.
 */
export const functions: Readonly<Record<string, Calculate>> = {
  abs: of1((x) => x.abs()),
  acos: of1((x) => x.acos()),
  asin: of1((x) => x.asin()),
  atan: of1((x) => x.atan()),
  cbrt: of1((x) => x.cbrt()),
  ceil: toPlaces(2),
  combinations: of2((n, k) => product(n, whole(k)).div(factorial(k))),
  cos: of1((x) => x.cos()),
  divide: of2((x, y) => x.div(y)),
  exp: of1((x) => x.exp()),
  factorial: of1(factorial),
  fix: toPlaces(1),
  floor: toPlaces(3),
  gcd: ofAll((all) => all.map(requireWhole).reduce(gcd)),
  hypot: ofAll((all) => sum(all.map((x) => x.times(x))).sqrt()),
  lcm: ofAll((all) => all.map(requireWhole).reduce((x, y) => (x.isZero() ? x : x.times(y).abs().div(gcd(x, y))))),
  log: of1or2((x, base) => (base === undefined ? x.ln() : x.log(base))),
  log10: of1((x) => x.log(10)),
  log2: of1((x) => x.log(2)),
  max: ofAll((all) => all.reduce((x, y) => (y.gt(x) ? y : x))),
  mean: ofAll((all) => sum(all).div(all.length)),
  median: ofAll((all) => {
    const sorted = all.toSorted((x, y) => x.cmp(y));
    const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
    return sum(middle).div(middle.length);
  }),
  min: ofAll((all) => all.reduce((x, y) => (y.lt(x) ? y : x))),
  mod: of2((x, y) => x.minus(y.times(x.div(y).floor()))),
  multiply: of2((x, y) => x.times(y)),
  nthRoot: of1or2((x, n = x.times(0).plus(2)) => {
    const share = n.pow(-1);
    const odd = n.isInteger() && !n.mod(2).isZero();
    return x.isNeg() && odd ? x.neg().pow(share).neg() : x.pow(share);
  }),
  permutations: of1or2((n, k = n) => product(n, whole(k))),
  pow: of2((x, y) => x.pow(y)),
  prod: ofAll((all) => all.reduce((x, y) => x.times(y))),
  round: toPlaces(4),
  sign: of1((x) => (x.isZero() ? x : x.div(x.abs()))),
  sin: of1((x) => x.sin()),
  sqrt: of1((x) => x.sqrt()),
  std: ofAll((all) => variance(all).sqrt()),
  subtract: of2((x, y) => x.minus(y)),
  sum: ofAll(sum),
  tan: of1((x) => x.tan()),
  variance: ofAll(variance),
};

function of1(calculate: (x: Decimal) => Decimal): Calculate {
  return (args) => {
    const [x, second] = args.map(single);
    if (x === undefined || second !== undefined) throw new RangeError("takes 1 number");
    return calculate(x);
  };
}

function of1or2(calculate: (x: Decimal, y: Decimal | undefined) => Decimal): Calculate {
  return (args) => {
    const [x, y, third] = args.map(single);
    if (x === undefined || third !== undefined) throw new RangeError("takes 1 or 2 numbers, separated by a comma");
    return calculate(x, y);
  };
}

function of2(calculate: (x: Decimal, y: Decimal) => Decimal): Calculate {
  return (args) => {
    const [x, y, third] = args.map(single);
    if (x === undefined || y === undefined || third !== undefined) {
      throw new RangeError("takes 2 numbers, separated by a comma");
    }
    return calculate(x, y);
  };
}

function single(value: Value): Decimal {
  if (Array.isArray(value)) throw new RangeError("takes no list");
  return value as Decimal;
}

/** Any number of numbers, in lists or not. */
function ofAll(calculate: (all: readonly Decimal[]) => Decimal): Calculate {
  return (args) => {
    const all = args.flat() as readonly Decimal[];
    if (all.length === 0) throw new RangeError("needs a number");
    return calculate(all);
  };
}

/** Rounding as decimal.js names it: 1 towards zero, 2 up, 3 down, 4 half away from zero. */
function toPlaces(rounding: 1 | 2 | 3 | 4): Calculate {
  return of1or2((x, places) => x.toDecimalPlaces(places === undefined ? 0 : whole(places), rounding));
}

function sum(all: readonly Decimal[]): Decimal {
  return all.reduce((x, y) => x.plus(y));
}

function variance(all: readonly Decimal[]): Decimal {
  const mean = sum(all).div(all.length);
  const squares = sum(all.map((x) => x.minus(mean).pow(2)));
  return all.length === 1 ? squares : squares.div(all.length - 1);
}

function gcd(x: Decimal, y: Decimal): Decimal {
  let [a, b] = [x.abs(), y.abs()];
  while (!b.isZero()) [a, b] = [b, a.mod(b)];
  return a;
}

function factorial(n: Decimal): Decimal {
  return product(n, whole(n));
}

/** n (n - 1) (n - 2) … of `count` factors. */
function product(n: Decimal, count: number): Decimal {
  requireWhole(n);
  let value = n.times(0).plus(1);
  for (let at = 0; at < count; at++) value = value.times(n.minus(at));
  return value;
}

function requireWhole(x: Decimal): Decimal {
  if (!x.isInteger()) throw new RangeError("takes whole numbers only");
  return x;
}

function whole(x: Decimal): number {
  if (!x.isInteger() || x.lt(0) || x.gt(largestFactorial)) {
    throw new RangeError(`takes whole numbers from 0 to ${largestFactorial} only`);
  }
  return x.toNumber();
}
