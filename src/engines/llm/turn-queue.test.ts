import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { TurnQueue } from "./turn-queue.ts";

const never = new AbortController().signal;

it("runs one piece of work at a time, in order, also after a failure", async () => {
  const queue = new TurnQueue();
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} begins`);
    await pause(5);
    seen.push(`${name} ends`);
  };
  const first = queue.run(work("first"), never);
  const failing = queue.run(() => Promise.reject(new Error("no")), never);
  const last = queue.run(work("last"), never);
  await expect(failing).rejects.toThrow("no");
  await Promise.all([first, last]);
  expect(seen).toEqual(["first begins", "first ends", "last begins", "last ends"]);
});

it("does not begin work whose caller has given up", async () => {
  const queue = new TurnQueue();
  const giveUp = new AbortController();
  let begun = false;
  const first = queue.run(() => pause(5), never);
  const second = queue.run(() => (begun = true), giveUp.signal);
  giveUp.abort();
  await expect(second).rejects.toMatchObject({ code: "cancelled" });
  await first;
  expect(begun).toBe(false);
});
