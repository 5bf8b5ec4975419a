import { expect, test } from "vitest";
import { timeLeftMs } from "./time-left.ts";

const half = { done: 50, total: 100, startedAt: 0, elapsedMs: 1000, knownSpeed: null };

test("the speed of this run counts: half done in a second leaves a second", () => {
  expect(timeLeftMs(half)).toBe(1000);
});

test("after a resume only what was done since then counts", () => {
  expect(timeLeftMs({ ...half, startedAt: 40 })).toBe(5000);
});

test("before anything is done, an earlier speed of this machine is used, and nothing is claimed without one", () => {
  expect(timeLeftMs({ ...half, done: 0, elapsedMs: 10, knownSpeed: 0.5 })).toBe(200);
  expect(timeLeftMs({ ...half, done: 0 })).toBeNull();
  expect(timeLeftMs({ ...half, done: 0, total: 0, knownSpeed: 1 })).toBeNull();
});
