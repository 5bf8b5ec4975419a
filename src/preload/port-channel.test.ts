import { expect, it } from "vitest";
import { type PagePort, portChannel } from "./port-channel.ts";

/** Ports as the browser has them: what one posts the other hears, and both hear when one is closed. */
function pair() {
  const make = () => {
    const heard = { message: new Set<(message: { data: unknown }) => void>(), close: new Set<() => void>() };
    return { heard, sent: [] as unknown[], closed: false };
  };
  const mine = make();
  const port: PagePort = {
    postMessage: (value) => void mine.sent.push(value),
    addEventListener: (event: "message" | "close", listener: never) => void mine.heard[event].add(listener),
    start() {},
  };
  return { port, mine, other: { ...port } };
}

it("opens a port at the first use, and a new one after the end", () => {
  const made: ReturnType<typeof pair>[] = [];
  const handed: PagePort[] = [];
  const channel = portChannel(
    () => {
      const one = pair();
      made.push(one);
      return [one.port, one.other];
    },
    (port) => handed.push(port),
  );
  expect(made).toHaveLength(0);
  const heard: unknown[] = [];
  const ends: string[] = [];
  channel.onMessage((value) => heard.push(value));
  channel.onClose((reason) => ends.push(reason));
  channel.send("first");
  expect([made.length, made[0]?.mine.sent, handed[0]]).toEqual([1, ["first"], made[0]?.other]);
  for (const tell of made[0]?.mine.heard.message ?? []) tell({ data: "answer" });
  expect(heard).toEqual(["answer"]);

  for (const tell of made[0]?.mine.heard.close ?? []) tell();
  expect(ends).toEqual(["the other process ended"]);
  // What comes late of the old life reaches nobody.
  for (const tell of made[0]?.mine.heard.message ?? []) tell({ data: "late" });
  channel.send("second");
  expect([made.length, made[0]?.mine.sent, made[1]?.mine.sent]).toEqual([2, ["first"], ["second"]]);
  for (const tell of made[1]?.mine.heard.message ?? []) tell({ data: "to nobody yet" });
  expect([heard, ends.length]).toEqual([["answer"], 1]);
});
