import { expect, it } from "vitest";
import { isInRange } from "./node-range.ts";

it.each([
  [">=18.0.0", true],
  [">= 18", true],
  [">=24.21.0", true],
  [">24.21.0", false],
  [">24", false],
  ["<=24", true],
  ["<24", false],
  ["<24.21", false],
  ["<=24.20", false],
  ["^24.0.0", true],
  ["^22.0.0", false],
  ["~24.21", true],
  ["~24.20.9", false],
  ["24", true],
  ["24.x", true],
  ["24.21.0", true],
  ["=v24.21.0", true],
  ["24.21.1", false],
  ["*", true],
  ["", true],
  [">=18 <23", false],
  [">=18 <25", true],
  ["18 || 20 || >=22", true],
  ["18 || 20", false],
  ["20 - 24", true],
  ["18 - 22", false],
  ["^0.2.3", false],
  ["latest", undefined],
  [">=eighteen", undefined],
  [">=18 && <25", undefined],
  ["1".repeat(300), undefined],
])("24.21.0 in %j: %s", (range, inside) => {
  expect(isInRange("24.21.0", range)).toBe(inside);
});
