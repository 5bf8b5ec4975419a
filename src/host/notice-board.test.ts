import { expect, it } from "vitest";
import { NoticeBoard } from "./notice-board.ts";

it("what nobody heard is kept for the first who listens, and told once", () => {
  const board = new NoticeBoard();
  board.say("early");
  const first: string[] = [];
  const second: string[] = [];
  const stop = board.listen((text) => first.push(text));
  board.listen((text) => second.push(text));
  board.say("late");
  stop();
  board.say("last");
  expect([first, second]).toEqual([
    ["early", "late"],
    ["late", "last"],
  ]);
});
