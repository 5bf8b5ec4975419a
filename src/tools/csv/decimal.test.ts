import { describe, expect, it } from "vitest";
import { addDecimals, decimalMarkOf, divideDecimal, formatDecimal, parseDecimal } from "./decimal.ts";

const read = (cell: string, mark: "." | "," = ".") => {
  const value = parseDecimal(cell, mark);
  return value === undefined ? undefined : formatDecimal(value);
};

describe("parseDecimal", () => {
  it.each([
    ["12", "12"],
    ["-0.50", "-0.5"],
    ["1,234,567.89", "1234567.89"],
    ["1 234", "1234"],
    ["1'234.5", "1234.5"],
    ["$ 1,200", "1200"],
    ["-$5", "-5"],
    ["12.50 EUR", "12.5"],
    ["EUR 12", "12"],
    ["15%", "15"],
    ["(12.00)", "-12"],
    ["12-", "-12"],
    ["−7", "-7"],
    [".5", "0.5"],
    ["1e3", "1000"],
    ["2.5E-3", "0.0025"],
    ["90071992547409931234.01", "90071992547409931234.01"],
  ])("reads %s", (cell, expected) => expect(read(cell)).toBe(expected));

  it.each([
    ["1.234,50", "1234.5"],
    ["0,5 €", "0.5"],
    ["1 234,5", "1234.5"],
  ])("reads %s with a decimal comma", (cell, expected) => expect(read(cell, ",")).toBe(expected));

  it.each(["", " ", "-", "abc", "12abc", "1,23", "1,2345", "1.2.3", "2026-01-05", "12:30", "--5", "(-5)", "e5", "%"])(
    "takes %j for no number",
    (cell) => expect(read(cell)).toBeUndefined(),
  );
});

it("finds the decimal mark of a column, and does not guess", () => {
  expect(decimalMarkOf(["1.234", "12.5"])).toBe(".");
  expect(decimalMarkOf(["1.234", "12,5"])).toBe(",");
  expect(decimalMarkOf(["0.125"])).toBe(".");
  expect(decimalMarkOf(["1.234", "5"])).toBeUndefined();
});

it("adds and divides exactly, where floating point does not", () => {
  const [a, b] = [parseDecimal("0.1", "."), parseDecimal("0.2", ".")];
  expect(0.1 + 0.2).not.toBe(0.3);
  expect(formatDecimal(addDecimals(a!, b!))).toBe("0.3");
  expect(formatDecimal(divideDecimal({ digits: 10n, scale: 0 }, 3, 6))).toBe("3.333333");
  expect(formatDecimal(divideDecimal({ digits: -5n, scale: 0 }, 2, 0))).toBe("-3");
});
