import { expect, it } from "vitest";
import { decideRequest, describeRefused } from "./request-filter.ts";

it.each([
  ["app://indoors/index.html", true],
  ["app://decoder/decoder.html", true],
  ["blob:app://indoors/8f0e", true],
  ["data:image/png;base64,AAAA", true],
  ["http://127.0.0.1/", false],
  ["https://example.org/", false],
  ["ws://example.org/", false],
  ["wss://example.org/", false],
  ["ftp://example.org/", false],
  ["file:///etc/passwd", false],
  ["filesystem:app://indoors/x", false],
  ["chrome://gpu/", false],
  ["chrome-extension://abc/x.js", false],
  ["about:blank", false],
  ["view-source:app://indoors/", false],
  ["devtools://devtools/bundled/x.html", false],
  ["", false],
  ["no address", false],
])("%s may be asked for: %s", (address, expected) => {
  expect(decideRequest(address, { devtools: false })).toBe(expected);
});

it("developer tools load where there are some", () => {
  expect(decideRequest("devtools://devtools/bundled/x.html", { devtools: true })).toBe(true);
});

it("the log names the host and no path", () => {
  expect(describeRefused("https://example.org/Anna%20Meier?q=1", "image")).toBe(
    "refused image request to https://example.org",
  );
  expect(describeRefused("\0", "xhr")).toBe("refused xhr request to no address");
});
