import { expect, test } from "vitest";
import { calibrateThreads, threadCandidates } from "./calibrate-threads.ts";

test("no candidate is above the number of cores", () => {
  expect(threadCandidates(1)).toEqual([1]);
  expect(threadCandidates(2)).toEqual([1, 2]);
  expect(threadCandidates(12)).toEqual([1, 2, 4, 8, 11, 12]);
});

test("the fastest wins, and a collapse ends the measuring", async () => {
  const speeds: Record<number, number> = { 1: 10, 2: 18, 4: 30, 8: 12, 15: 99, 16: 99 };
  const { best, all } = await calibrateThreads(16, async (threads) => speeds[threads] ?? 0);
  expect(best).toEqual({ threads: 4, speed: 30 });
  expect(all.map(({ threads }) => threads)).toEqual([1, 2, 4, 8]);
});
