import { expect, it } from "vitest";
import { headingsBelow } from "./headings-below.ts";

const tree = (...tags: string[]) => ({ type: "root", children: tags.map((tagName) => ({ type: "element", tagName })) });

it.each([
  [
    ["h1", "h2", "h3"],
    ["h3", "h4", "h5"],
  ],
  [
    ["h2", "p", "h2"],
    ["h3", "p", "h3"],
  ],
  [
    ["h1", "h4"],
    ["h3", "h4"],
  ],
  [
    ["h3", "h1", "h3"],
    ["h3", "h3", "h4"],
  ],
  [
    ["h1", "h2", "h3", "h4", "h5", "h6"],
    ["h3", "h4", "h5", "h6", "h6", "h6"],
  ],
])("%j become %j", (written, expected) => {
  const made = tree(...written);
  headingsBelow()(made);
  expect(made.children.map(({ tagName }) => tagName)).toEqual(expected);
});
