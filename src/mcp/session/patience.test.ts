import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Patience } from "./patience.ts";
import { RateLimit } from "./rate-limit.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("is over after the silence, and what is heard begins it anew, up to the whole", () => {
  const wait = new Patience().start({ silenceMs: 100, totalMs: 250 });
  vi.advanceTimersByTime(90);
  wait.heard();
  vi.advanceTimersByTime(90);
  wait.heard();
  vi.advanceTimersByTime(69);
  expect(wait.signal.aborted).toBe(false);
  vi.advanceTimersByTime(2);
  expect(wait.signal.reason).toMatchObject({ code: "timeout", data: { limitMs: 100 } });
});

it("stands still while somebody is asked, for waits that begin meanwhile as well", async () => {
  const patience = new Patience();
  const before = patience.start({ silenceMs: 100, totalMs: 100 });
  vi.advanceTimersByTime(60);
  const [one, other] = [Promise.withResolvers<number>(), Promise.withResolvers<number>()];
  const first = patience.paused(() => one.promise);
  const second = patience.paused(() => other.promise);
  const during = patience.start({ silenceMs: 50, totalMs: 50 });
  before.heard();
  vi.advanceTimersByTime(10_000);
  one.resolve(1);
  expect(await first).toBe(1);
  vi.advanceTimersByTime(10_000);
  expect([before, during].map(({ signal }) => signal.aborted)).toEqual([false, false]);
  other.reject(new Error("no"));
  await expect(second).rejects.toThrow("no");
  vi.advanceTimersByTime(39);
  expect(before.signal.aborted).toBe(false);
  vi.advanceTimersByTime(20);
  expect([before, during].map(({ signal }) => signal.aborted)).toEqual([true, true]);
});

it("says nothing about a wait that ended", () => {
  const wait = new Patience().start({ silenceMs: 10, totalMs: 10 });
  wait.end();
  wait.heard();
  vi.advanceTimersByTime(1000);
  expect(wait.signal.aborted).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

it("a rate allows a burst, and then so many a second", () => {
  let now = 0;
  const rate = new RateLimit({ burst: 3, perSecond: 10 }, () => now);
  const take = (times: number) => Array.from({ length: times }, () => rate.take()).filter(Boolean).length;
  expect(take(5)).toBe(3);
  now += 100;
  expect(take(5)).toBe(1);
  now += 60_000;
  expect(take(5)).toBe(3);
});
