import { expect, it } from "vitest";
import { type Rectangle, windowBounds, windowMemory } from "./window-bounds.ts";

const screen = { x: 0, y: 0, width: 1920, height: 1080 };
const second = { x: 1920, y: 0, width: 1280, height: 1024 };
const at = (x: number, y: number, width = 1200, height = 800): Rectangle => ({ x, y, width, height });

it.each<[string, Rectangle | null, Rectangle[], object]>([
  ["the first time", null, [screen], { width: 1280, height: 800 }],
  ["the first time, on a small screen", null, [at(0, 0, 1024, 700)], { width: 1024, height: 700 }],
  ["where it was", at(100, 50), [screen], at(100, 50)],
  ["on the second screen", at(1950, 50), [screen, second], at(1950, 50)],
  ["whose screen is gone", at(1950, 50), [screen], { width: 1200, height: 800 }],
  ["half out at the left", at(-500, 50), [screen], { width: 1200, height: 800 }],
  ["a little out at the left", at(-100, 50), [screen], at(-100, 50)],
  ["above the screen", at(100, -30), [screen], { width: 1200, height: 800 }],
  ["below the screen", at(100, 1060), [screen], { width: 1200, height: 800 }],
  ["larger than any screen now, and out of it", at(0, -5000, 5000, 4000), [screen], { width: 1920, height: 1080 }],
  ["smaller than it may be", at(10, 10, 20, 20), [screen], at(10, 10, 960, 640)],
  ["no screen at all", null, [], { width: 1280, height: 800 }],
])("%s", (_when, remembered, screens, expected) => {
  expect(windowBounds(remembered, screens)).toEqual(expected);
});

it("a damaged memory is as good as none, field by field", () => {
  expect(windowMemory.parse({ bounds: { x: "1" }, theme: "dark", scale: 9, more: 1 })).toEqual({
    bounds: null,
    maximized: false,
    theme: "dark",
    scale: 1,
  });
});
