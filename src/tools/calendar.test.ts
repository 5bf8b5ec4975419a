import { describe, expect, it } from "vitest";
import { daysBetween, shiftDate, weekday } from "./calendar.ts";

describe("shiftDate", () => {
  it.each([
    ["2026-02-27", "add days", 2, "2026-03-01"],
    ["2028-02-28", "add days", 1, "2028-02-29"],
    ["2026-01-31", "add months", 1, "2026-02-28"],
    ["2028-02-29", "add years", 1, "2029-02-28"],
    ["2026-11-20", "add business days", 1, "2026-11-23"],
    ["2026-11-23", "subtract business days", 1, "2026-11-20"],
    ["2026-01-01", "subtract days", 1, "2025-12-31"],
    // Both changes of the clocks lie in this stretch.
    ["2026-03-28", "add days", 365, "2027-03-28"],
    ["0001-01-01", "add days", 0, "0001-01-01"],
  ] as const)("%s %s %i is %s", (day, shift, amount, result) => {
    expect(shiftDate(day, shift, amount)).toBe(result);
  });

  it("refuses to leave the calendar", () => {
    expect(() => shiftDate("0001-01-01", "subtract days", 1)).toThrow("outside the years");
    expect(() => shiftDate("9999-12-31", "add days", 1)).toThrow("outside the years");
  });
});

describe("daysBetween", () => {
  it.each([
    ["2026-11-23", "2026-11-24", 1, 1],
    ["2026-11-20", "2026-11-23", 3, 1],
    ["2026-11-21", "2026-11-23", 2, 0],
    ["2026-11-24", "2026-11-23", -1, -1],
    ["2026-11-23", "2026-11-23", 0, 0],
    ["2026-03-01", "2026-04-01", 31, 22],
  ])("%s to %s: %i days, %i business days", (from, to, days, businessDays) => {
    expect(daysBetween(from, to)).toEqual({ days, businessDays });
  });
});

it("weekday knows the days of old and new", () => {
  expect(weekday("2026-11-23")).toBe("Monday");
  expect(weekday("1969-07-20")).toBe("Sunday");
});
