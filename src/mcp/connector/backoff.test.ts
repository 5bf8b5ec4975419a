import { expect, it } from "vitest";
import { backoffMs } from "./backoff.ts";

it("doubles from one second to a minute and stays there", () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 7, 100, 5000].map((failures) => backoffMs(failures, 1));
  expect(longest).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
});

it("is half chance, and never less than a second", () => {
  expect([backoffMs(5, 0), backoffMs(5, 0.5), backoffMs(5, 1)]).toEqual([16_000, 24_000, 32_000]);
  expect(backoffMs(0, 0)).toBe(1000);
});
