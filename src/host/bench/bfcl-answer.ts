import type { PossibleAnswer } from "./bfcl-cases.ts";

/**
 * Whether arguments are right by the rules of BFCL's own checker: every argument has one of its possible values, none
 * is there that has no possible value, and one is missing only where "" is possible. Strings are compared without
 * case, spaces and the characters , . / - _ * ^ (BFCL, ast_checker.py, standardize_string).
 */
export function isRightAnswer(given: Readonly<Record<string, unknown>>, possible: PossibleAnswer): boolean {
  const known = Object.keys(given).every((name) => Object.hasOwn(possible, name));
  return (
    known &&
    Object.entries(possible).every(([name, values]) => {
      if (!Object.hasOwn(given, name)) return values.includes("");
      return values.some((value) => isSame(given[name], value));
    })
  );
}

function isSame(given: unknown, value: unknown): boolean {
  if (Array.isArray(given) && Array.isArray(value)) {
    return given.length === value.length && given.every((item, index) => isSame(item, value[index]));
  }
  if (typeof given === "string" && typeof value === "string") return standard(given) === standard(value);
  return given === value;
}

function standard(text: string): string {
  return text
    .replace(/[ ,./\-_*^]/gu, "")
    .toLowerCase()
    .replaceAll("'", '"');
}
