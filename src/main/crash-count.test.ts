import { expect, it } from "vitest";
import { crashCount } from "./crash-count.ts";

it("gives up on what dies again and again, and forgets after a minute", () => {
  const after = crashCount();
  expect([0, 1000, 2000, 3000, 62_500].map(after)).toEqual(["reload", "reload", "reload", "give-up", "reload"]);
});
