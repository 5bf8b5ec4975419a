import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { TextBatcher } from "./text-batcher.ts";

it("sends what came in between as one piece, and the rest at once on flush", async () => {
  const sent: string[] = [];
  using batch = new TextBatcher((text) => sent.push(text), 10);
  batch.add("a");
  batch.add("");
  batch.add("b");
  expect(sent).toEqual([]);
  await pause(40);
  expect(sent).toEqual(["ab"]);
  batch.add("c");
  batch.flush();
  batch.flush();
  expect(sent).toEqual(["ab", "c"]);
});

it("sends nothing after it was disposed", async () => {
  const sent: string[] = [];
  const batch = new TextBatcher((text) => sent.push(text), 5);
  batch.add("a");
  batch[Symbol.dispose]();
  await pause(20);
  expect(sent).toEqual([]);
});
