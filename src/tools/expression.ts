import { Decimal as AnyDecimal } from "decimal.js";
import { IndoorsError } from "../shared/errors.ts";
import { functions, type Value } from "./expression-functions.ts";

/** Decimal digits that are calculated with, and digits that are shown. The difference hides rounding: log(8, 2) is 3. */
const precision = 64;
const shownDigits = 20;
const Decimal = AnyDecimal.clone({ precision });
type Decimal = AnyDecimal;

const constants: Readonly<Record<string, () => Decimal>> = {
  pi: () => Decimal.acos(-1),
  tau: () => Decimal.acos(-1).times(2),
  e: () => Decimal.exp(1),
  phi: () => Decimal.sqrt(5).plus(1).div(2),
};

/**
 * Works out an arithmetic expression with 64 decimal digits: 15% of 240, (1,200 + 80) / 4, sqrt(2), 2 < 3. Numbers, the
 * listed functions and operators are all there is: nothing defines, imports or evaluates anything.
 * @returns a plain decimal number, or true or false for a comparison.
 * @throws IndoorsError `input.invalid` for anything else, with what is not understood.
 */
export function evaluate(expression: string): string {
  const refused = (reason: string) =>
    new IndoorsError("input.invalid", `'${expression}' cannot be worked out. ${reason}`);
  const value = new Reader(plainNotation(expression), refused).whole();
  if (typeof value === "boolean") return String(value);
  if (!AnyDecimal.isDecimal(value) || value.isNaN()) throw refused("The result is not one real number.");
  if (!value.isFinite()) throw refused("The result is not a finite number; is there a division by zero?");
  return shown(value);
}

/** Reads from left to right and calculates as it reads; one method for each step of precedence, the weakest first. */
class Reader {
  readonly #text: string;
  readonly #refused: (reason: string) => IndoorsError;
  #at = 0;

  constructor(text: string, refused: (reason: string) => IndoorsError) {
    this.#text = text;
    this.#refused = refused;
  }

  whole(): Value | boolean {
    const more = () => this.#refused("Only one expression of numbers, operators and functions can be worked out.");
    // A single = would define something.
    if (this.#text.trim() === "" || /(?<![<>=!])=(?!=)/.test(this.#text)) throw more();
    const value = this.#comparison();
    if (this.#peek(/./y) !== undefined) throw more();
    return value;
  }

  #comparison(): Value | boolean {
    let left = this.#sum();
    let holds: boolean | undefined;
    for (let sign = this.#take(/[<>]=?|[!=]=/y); sign !== undefined; sign = this.#take(/[<>]=?|[!=]=/y)) {
      const right = this.#sum();
      holds = compare(this.#number(left), sign, this.#number(right)) && holds !== false;
      left = right;
    }
    return holds ?? left;
  }

  #sum(): Value {
    let value = this.#product().value;
    for (let sign = this.#take(/[+-]/y); sign !== undefined; sign = this.#take(/[+-]/y)) {
      const { value: right, percent } = this.#product();
      const left = this.#number(value);
      // 240 + 15% means 15% of the 240.
      const amount = percent ? left.times(this.#number(right)) : this.#number(right);
      value = sign === "+" ? left.plus(amount) : left.minus(amount);
    }
    return value;
  }

  /** `percent` when it is nothing but a number with a percent sign. */
  #product(): { readonly value: Value; readonly percent: boolean } {
    let { value, percent } = this.#signed();
    for (;;) {
      const sign = this.#take(/[*/%]|mod\b/y) ?? (this.#peek(/[A-Za-z_(]/y) === undefined ? undefined : "*");
      if (sign === undefined) return { value, percent };
      percent = false;
      const [left, right] = [this.#number(value), this.#number(this.#signed().value)];
      if (sign === "*") value = left.times(right);
      else if (right.isZero()) throw this.#refused("The result is not a finite number; is there a division by zero?");
      else value = sign === "/" ? left.div(right) : left.minus(right.times(left.div(right).floor()));
    }
  }

  #signed(): { readonly value: Value; readonly percent: boolean } {
    const sign = this.#take(/[+-]/y);
    if (sign === undefined) return this.#power();
    const { value, percent } = this.#signed();
    return { value: sign === "-" ? this.#number(value).neg() : value, percent };
  }

  #power(): { readonly value: Value; readonly percent: boolean } {
    let value = this.#one();
    while (this.#take(/!(?!=)/y) !== undefined) value = this.#call("factorial", [value]);
    // Before a number it is the remainder: 17 % 5.
    const percent = this.#take(/%(?!\s*[\d.A-Za-z_(])/y) !== undefined;
    if (percent) value = this.#number(value).div(100);
    if (this.#take(/\^/y) === undefined) return { value, percent };
    return { value: this.#number(value).pow(this.#number(this.#signed().value)), percent: false };
  }

  #one(): Value {
    const number = this.#take(/(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/iy);
    if (number !== undefined) return new Decimal(number);
    const name = this.#take(/[A-Za-z_]\w*/y);
    if (name !== undefined) return this.#named(name);
    if (this.#take(/\(/y) !== undefined) {
      const value = this.#sum();
      this.#expect(/\)/y, ")");
      return value;
    }
    if (this.#take(/\[/y) !== undefined) return this.#list(/\]/y, "]").map((value) => this.#number(value));
    if (this.#peek(/["'`]/y) !== undefined) throw this.#refused("Only numbers can be calculated with.");
    if (this.#peek(/[^)\],*/%^!<>=\s]/y) !== undefined) {
      throw this.#refused("Only one expression of numbers, operators and functions can be worked out.");
    }
    throw this.#refused("A number is missing. Write numbers, operators and functions, for example (12 + 8) * 1.5.");
  }

  #named(name: string): Value {
    if (this.#peek(/\(/y) !== undefined) {
      if (!Object.hasOwn(functions, name)) throw this.#refused(`There is no function '${name}'.`);
      this.#take(/\(/y);
      return this.#call(name, this.#list(/\)/y, ")"));
    }
    const constant = Object.hasOwn(constants, name) ? constants[name] : undefined;
    if (constant !== undefined) return constant();
    throw this.#refused(`'${name}' is not a number. Replace names and units by numbers and operators.`);
  }

  #call(name: string, args: readonly Value[]): Value {
    try {
      return functions[name]?.(args) ?? new Decimal(NaN);
    } catch (error) {
      if (error instanceof RangeError) throw this.#refused(`${name} ${error.message}.`);
      throw error;
    }
  }

  #list(end: RegExp, sign: string): Value[] {
    const values: Value[] = [];
    if (this.#take(end) !== undefined) return values;
    do values.push(this.#sum());
    while (this.#take(/,/y) !== undefined);
    this.#expect(end, sign);
    return values;
  }

  #number(value: Value): Decimal {
    if (Array.isArray(value)) throw this.#refused("The result is not one real number.");
    return value as Decimal;
  }

  #expect(what: RegExp, sign: string): void {
    if (this.#take(what) === undefined) {
      throw this.#refused(
        `There should be a '${sign}'. Write numbers, operators and functions, for example (12 + 8) * 1.5.`,
      );
    }
  }

  #take(what: RegExp): string | undefined {
    const found = this.#peek(what);
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  /** What stands next, spaces left out. `what` is sticky. */
  #peek(what: RegExp): string | undefined {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
    what.lastIndex = this.#at;
    return what.exec(this.#text)?.[0];
  }
}

function compare(left: Decimal, sign: string, right: Decimal): boolean {
  // 1/3 * 3 == 1: as equal as what is shown.
  const equal = left.toSignificantDigits(shownDigits).eq(right.toSignificantDigits(shownDigits));
  if (sign === "==" || sign === "!=") return equal === (sign === "==");
  if (equal) return sign.endsWith("=");
  return sign.startsWith("<") ? left.lt(right) : left.gt(right);
}

/** Turns how people write sums into the reader's notation. */
function plainNotation(expression: string): string {
  const signs = expression
    .replaceAll(/[×·]|(?<=[\d)%]\s*)x(?=\s*[\d(])/g, "*")
    .replaceAll("÷", "/")
    .replaceAll("**", "^")
    .replaceAll(/[−–]/g, "-")
    .replaceAll(/[$€£¥]/g, "")
    .replaceAll(/%\s+of\b/gi, "% *")
    .replace(/\s*=\s*\??\s*$/, "");
  // A comma inside a function call separates arguments: max(100,200).
  return /[A-Za-z]\s*\(/.test(signs)
    ? signs
    : signs.replaceAll(/\b\d{1,3}(?:,\d{3})+\b/g, (n) => n.replaceAll(",", ""));
}

function shown(value: Decimal): string {
  const rounded =
    value.isInteger() && value.precision(true) <= precision ? value : value.toSignificantDigits(shownDigits);
  return Math.abs(rounded.e) >= precision ? rounded.toExponential() : rounded.toFixed();
}
