import { expect, it } from "vitest";
import { mayNavigate } from "./navigation.ts";

const here = "app://indoors/";

it.each([
  ["app://indoors/", true],
  ["app://indoors/?again#chat", true],
  ["app://indoors/decoder.html", false],
  ["app://indoors/media/1", false],
  ["app://indoors/assets/x.svg", false],
  ["app://decoder/", false],
  ["app://a:b@indoors/", false],
  ["https://indoors/", false],
  ["file:///etc/passwd", false],
  ["data:text/html,x", false],
  ["blob:app://indoors/8f0e", false],
  ["about:blank", false],
  ["javascript:alert(1)", false],
  ["devtools://devtools/x.html", false],
  ["mailto:x@example.org", false],
  ["", false],
])("from the window to %s: %s", (next, expected) => {
  expect(mayNavigate(here, next, true)).toBe(expected);
});

it("a frame inside goes nowhere, and neither does a page that is not ours", () => {
  expect(mayNavigate(here, here, false)).toBe(false);
  expect(mayNavigate("https://example.org/", "https://example.org/", true)).toBe(false);
});
