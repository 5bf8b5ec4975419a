import { expect, test } from "vitest";
import { readPerimeterUrl } from "./perimeter-url.ts";

test.each([
  ["https://records.lan/mcp", { secure: true, host: "records.lan", port: 443, path: "/mcp", authority: "records.lan" }],
  ["https://10.0.0.7:8443", { secure: true, host: "10.0.0.7", port: 8443, path: "/", authority: "10.0.0.7:8443" }],
  ["https://[fd00::7]:8443/a?b=c", { host: "fd00::7", path: "/a?b=c", authority: "[fd00::7]:8443" }],
  ["http://localhost:3000/mcp", { secure: false, host: "localhost", port: 3000 }],
])("%s is read", (url, parts) => {
  expect(readPerimeterUrl(url)).toMatchObject(parts);
});

/** What each trick is, and how a lenient reader takes it. */
const refused: readonly (readonly [url: string, reason: string, taken: string])[] = [
  ["https://2130706433/mcp", "an address in an unusual form", "127.0.0.1"],
  ["https://0x7f000001/mcp", "an address in an unusual form", "127.0.0.1"],
  ["https://0177.0.0.1/mcp", "an address in an unusual form", "127.0.0.1"],
  ["https://0x7f.1/mcp", "an address in an unusual form", "127.0.0.1"],
  ["https://127.1/mcp", "an address in an unusual form", "127.0.0.1"],
  ["https://records.lan@8.8.8.8/mcp", "user name", "8.8.8.8"],
  ["https://records.lan:443@8.8.8.8/mcp", "user name", "8.8.8.8"],
  ["https://records.lan\\@8.8.8.8/mcp", "no \\", "records.lan"],
  ["https://10.0.0.7./mcp", "ends with a dot", "10.0.0.7"],
  ["https://records.lan./mcp", "ends with a dot", "records.lan."],
  ["https://ｒecords.lan/mcp", "outside of ASCII", "records.lan"],
  ["https://xn--rcords-5ua.lan/mcp", "another alphabet", "xn--rcords-5ua.lan"],
  ["https://records.lan%2e/mcp", "has a %", "records.lan."],
  ["https://RECORDS.lan/mcp", "capital letters", "records.lan"],
  ["https://[::ffff:10.0.0.7]/mcp", "would be read as [::ffff:a00:7]", "[::ffff:a00:7]"],
  ["https://[FD00::7]/mcp", "usual form", "[fd00::7]"],
  ["https://records.lan:0443/mcp", "port", "records.lan"],
  ["https://records.lan:0/mcp", "port", "records.lan"],
  ["https:/records.lan/mcp", "must be https", "records.lan"],
  ["https:///records.lan/mcp", "usual form", "records.lan"],
  [" https://records.lan/mcp", "blanks", "records.lan"],
  ["https://rec\tords.lan/mcp", "blanks", "records.lan"],
  ["https://records.lan/mcp#x", "no #", "records.lan"],
  ["https://records.lan?x", "must be https", "records.lan"],
];

test.each(refused)("%j is refused: %s; others read %s", (url, reason, taken) => {
  // The control: without the letter of it, the same text is a URL.
  expect(new URL(url).hostname).toBe(taken);
  expect(() => readPerimeterUrl(url)).toThrow(expect.objectContaining({ code: "perimeter.refused" }));
  expect(() => readPerimeterUrl(url)).toThrow(reason);
});

test.each([
  "",
  "records.lan",
  "ftp://records.lan/",
  "file:///etc/passwd",
  "https://",
  "https://a..b/",
  "https://-a.b/",
])("%j is refused", (url) => {
  expect(() => readPerimeterUrl(url)).toThrow(expect.objectContaining({ code: "perimeter.refused" }));
});
