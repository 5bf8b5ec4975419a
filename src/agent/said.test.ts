import { describe, expect, it } from "vitest";
import { isIsoDay, saidDates } from "./said-dates.ts";
import { saidNumbers } from "./said-numbers.ts";
import { spansOf } from "./spans.ts";

describe("numbers that were said", () => {
  it.each([
    ["a triangle with base 10 and height 5", [10, 5]],
    ["1,250.50 and -3 and .5", [1250.5, -3, 0.5]],
    ["3x - 11x = 4", [3, 11, -11, 4]],
    ["15% of 240", [15, 0.15, 240]],
    ["3.5 million, twice, two dozen", [3.5e6, 2, 12]],
    ["in 2020-2021", [2020, 2021]],
    ["between 2026-03-01 and 4.5.2026, 7", [7]],
    ["at 300K, 2e-9 m", [300000, 300, 2e-9]],
    ["nothing", []],
  ])("%s", (text, numbers) => {
    expect(saidNumbers(text, 20)).toEqual(numbers);
  });
});

describe("dates that were said", () => {
  it.each([
    ["on 2026-03-04", ["2026-03-04"]],
    ["on 24.12.2025 and 5 May", ["2025-12-24", "2026-05-05"]],
    ["March 3rd, 2021 or 1 Sept 2020", ["2021-03-03", "2020-09-01"]],
    ["tomorrow, yesterday", ["2026-11-24", "2026-11-22"]],
    ["on Friday, not last Friday", ["2026-11-27", "2026-11-20"]],
    ["2026-02-30 and 31 April", []],
  ])("%s", (text, days) => {
    // A Monday. It always comes last.
    expect(saidDates(text, "2026-11-23", 9)).toEqual([...days, "2026-11-23"]);
  });

  it("knows days that exist", () => {
    expect([isIsoDay("2024-02-29"), isIsoDay("2026-02-29"), isIsoDay("2026-2-1"), isIsoDay("soon")]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("spans", () => {
  it("puts quoted strings first, then long runs of content words, and keeps every content word", () => {
    const spans = spansOf('Find "blue whale" in the quarterly sales report of the Bank of England, London', 40);
    expect(spans[0]).toBe("blue whale");
    expect(spans[1]).toBe("quarterly sales report");
    expect(spans).toContain("Bank of England");
    expect(spans).toContain("Bank of England, London");
    for (const word of ["quarterly", "sales", "report", "London"]) expect(spans).toContain(word);
    expect(spans).not.toContain("the");
  });

  it("gives only stretches of the text, within the limit", () => {
    const text = "Book a flight from New York, NY to San Francisco for Mr. O'Neil. Then tell Zoë!";
    const spans = spansOf(text, 12);
    expect(spans.length).toBeLessThanOrEqual(12);
    for (const span of spans) expect(text).toContain(span);
    expect(spansOf(text, 60)).toContain("New York, NY");
  });
});
