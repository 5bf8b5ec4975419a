import { createRequire } from "node:module";
import type { BigNumber, ConfigOptions, MathJsInstance, MathNode } from "mathjs";
import { IndoorsError, messageOf } from "../shared/errors.ts";

/** Decimal digits that are calculated with, and digits that are shown. The difference hides rounding: log(8, 2) is 3. */
const precision = 64;
const shownDigits = 20;

// The library's own one-file build: a tenth of the time that loading its thousand modules takes. There `create` has all
// functions bound already and takes the configuration only, which the types of the package do not say.
const bundle = createRequire(import.meta.url)("mathjs/lib/browser/math.js") as {
  readonly create: (config: ConfigOptions) => MathJsInstance;
};
const math = bundle.create({ number: "BigNumber", precision });

const constants = new Set(["pi", "e", "tau", "phi"]);
const functions = new Set(
  (
    "abs acos add asin atan cbrt ceil combinations cos divide exp factorial fix floor gcd hypot lcm log log10 log2 max " +
    "mean median min mod multiply nthRoot permutations pow prod round sign sin sqrt std subtract sum tan variance"
  ).split(" "),
);
const operators = new Set(["+", "-", "*", "/", "^", "%", "mod", "!", "==", "!=", "<", ">", "<=", ">="]);

/**
 * Works out an arithmetic expression with 64 decimal digits: 15% of 240, (1,200 + 80) / 4, sqrt(2). Only numbers,
 * listed functions and operators are evaluated: the parsed tree is checked before anything runs, so that nothing of
 * the library that defines, imports or evaluates can be reached.
 * @returns a plain decimal number, or true or false for a comparison.
 * @throws IndoorsError `input.invalid` for anything else, with what is not understood.
 */
export function evaluate(expression: string): string {
  const refused = (reason: string) =>
    new IndoorsError("input.invalid", `'${expression}' cannot be worked out. ${reason}`);
  const plain = plainNotation(expression);
  let tree: MathNode;
  try {
    tree = math.parse(plain);
  } catch (error) {
    throw refused(`${messageOf(error)}. Write numbers, operators and functions, for example (12 + 8) * 1.5.`);
  }
  tree.traverse((node, path, parent) => {
    const fault = faultOf(node, path, parent);
    if (fault !== undefined) throw refused(fault);
  });
  let value: unknown;
  try {
    value = tree.compile().evaluate({});
  } catch (error) {
    throw refused(`${messageOf(error)}.`);
  }
  if (typeof value === "boolean") return String(value);
  if (!math.isBigNumber(value)) throw refused("The result is not one real number.");
  if (!value.isFinite()) throw refused("The result is not a finite number; is there a division by zero?");
  return decimal(value);
}

/** Why a node of the parsed expression may not be evaluated, or undefined. */
function faultOf(node: MathNode, path: string, parent: MathNode | null): string | undefined {
  if (math.isConstantNode(node)) {
    const { value } = node as { readonly value: unknown };
    return math.isBigNumber(value) || typeof value === "number" ? undefined : "Only numbers can be calculated with.";
  }
  if (math.isParenthesisNode(node) || math.isArrayNode(node)) return undefined;
  if (math.isOperatorNode(node)) return operators.has(node.op) ? undefined : `There is no operator '${node.op}'.`;
  if (math.isRelationalNode(node)) return undefined;
  if (math.isFunctionNode(node)) {
    return math.isSymbolNode(node.fn) ? undefined : "Only functions with a name can be used.";
  }
  if (math.isSymbolNode(node)) {
    const called = path === "fn" && parent !== null && math.isFunctionNode(parent);
    if (called) return functions.has(node.name) ? undefined : `There is no function '${node.name}'.`;
    return constants.has(node.name)
      ? undefined
      : `'${node.name}' is not a number. Replace names and units by numbers and operators.`;
  }
  return "Only one expression of numbers, operators and functions can be worked out.";
}

/** Turns how people write sums into the library's notation. */
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

function decimal(value: BigNumber): string {
  const rounded =
    value.isInteger() && value.precision(true) <= precision ? value : value.toSignificantDigits(shownDigits);
  const { e: exponent } = rounded;
  return Math.abs(exponent) >= precision ? rounded.toExponential() : rounded.toFixed();
}
