import { describe, expect, it } from "vitest";
import { evaluate } from "./expression.ts";

describe("evaluate", () => {
  it.each([
    ["0.1 + 0.2", "0.3"],
    ["15% of 240", "36"],
    ["240 + 15%", "276"],
    ["240 - 15%", "204"],
    ["(1,200 + 80) / 4", "320"],
    ["1,234,567.50 * 2", "2469135"],
    ["max(100,200)", "200"],
    ["$1,200 - €200", "1000"],
    ["12 x 3", "36"],
    ["12 × 3 ÷ 4 − 1", "8"],
    ["2 ** 10 =", "1024"],
    ["1/3", "0.33333333333333333333"],
    ["log(8, 2)", "3"],
    ["sqrt(2)", "1.4142135623730950488"],
    ["mean(1, 2, 6)", "3"],
    ["mean([1, 2, 6])", "3"],
    ["17 mod 5", "2"],
    ["17 % 5", "2"],
    ["5!", "120"],
    ["2^200", "1606938044258990275541962092341162602522202993782792835301376"],
    ["2^1000", "1.0715086071862673209e+301"],
    ["1e-7", "0.0000001"],
    ["round(2.345, 2)", "2.35"],
    ["3 > 2", "true"],
    ["2 < 3 < 1", "false"],
    ["2 pi", "6.2831853071795864769"],
  ])("%s is %s", (expression, value) => {
    expect(evaluate(expression)).toBe(value);
  });

  it.each([
    ["1/0", "not a finite number"],
    ["0/0", "not a finite number"],
    ["sqrt(-4)", "not one real number"],
    ["[1, 2]", "not one real number"],
    ["5 km", "'km' is not a number"],
    ["rent + 3", "'rent' is not a number"],
    ["2 +", "Write numbers"],
    ["", "Only"],
    ["x = 3", "Only one expression"],
    ["f(x) = x", "Only one expression"],
    ["1; 2", "Only one expression"],
    ["'text'", "Only numbers"],
    ["{a: 1}", "Only one expression"],
    ["1:5", "Only one expression"],
    ["[1,2][1]", "Only one expression"],
    ["import({a: 1})", "no function 'import'"],
    ["evaluate('1')", "no function 'evaluate'"],
    ["parse('1')", "no function 'parse'"],
    ["createUnit('x')", "no function 'createUnit'"],
    ["simplify('1')", "no function 'simplify'"],
    ["config({})", "no function 'config'"],
    ["sqrt.constructor('return 1')", "Only functions with a name"],
    ["sqrt.name", "Only one expression"],
    ["constructor", "'constructor' is not a number"],
    ["__proto__", "'__proto__' is not a number"],
  ])("refuses %j", (expression, words) => {
    expect(() => evaluate(expression)).toThrow(words);
  });
});
