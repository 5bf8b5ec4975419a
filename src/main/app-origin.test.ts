import { expect, it } from "vitest";
import { isOfOrigin } from "./app-origin.ts";

it.each([
  ["app://indoors/", true],
  ["app://indoors", true],
  ["app://indoors/assets/index.js?x#y", true],
  ["APP://indoors/", true],
  ["app://indoors.example/", false],
  ["app://indoors:80/", false],
  ["app://indoors@example/", false],
  ["app://a:b@indoors/", false],
  ["app://example/app://indoors/", false],
  ["app:indoors", false],
  ["https://indoors/", false],
  ["file:///app://indoors/", false],
  ["data:text/html,app://indoors/", false],
  ["about:blank", false],
  ["", false],
  ["//indoors/", false],
])("%s is of our origin: %s", (address, expected) => {
  expect(isOfOrigin(address)).toBe(expected);
});
