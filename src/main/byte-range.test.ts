import { expect, it } from "vitest";
import { byteRange } from "./byte-range.ts";

it.each([
  [null, 100, "whole"],
  ["", 100, "whole"],
  ["bytes=0-", 100, { start: 0, end: 99 }],
  ["bytes=0-0", 100, { start: 0, end: 0 }],
  ["bytes=10-19", 100, { start: 10, end: 19 }],
  ["bytes=90-1000", 100, { start: 90, end: 99 }],
  ["bytes=99-", 100, { start: 99, end: 99 }],
  ["bytes=100-", 100, "none"],
  ["bytes=-10", 100, { start: 90, end: 99 }],
  ["bytes=-1000", 100, { start: 0, end: 99 }],
  ["bytes=-0", 100, "none"],
  ["bytes=0-", 0, "none"],
  ["bytes=-5", 0, "none"],
  ["bytes=20-10", 100, "whole"],
  ["bytes=-", 100, "whole"],
  ["bytes=0-1,5-6", 100, "whole"],
  ["bytes=a-b", 100, "whole"],
  ["bytes=1.5-2", 100, "whole"],
  ["items=0-1", 100, "whole"],
  ["bytes=99999999999999999999-", 100, "none"],
] as const)("%s of %d bytes", (header, size, expected) => {
  expect(byteRange(header, size)).toEqual(expected);
});
