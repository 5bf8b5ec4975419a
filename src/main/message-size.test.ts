import { expect, it } from "vitest";
import { messageSize } from "./message-size.ts";

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}
const circle: { self?: unknown } = {};
circle.self = circle;
const wide: unknown[] = [];
for (let round = 0; round < 100; round++) wide.push(wide);

it.each<[string, unknown, number | null]>([
  ["text", "abcd", 4],
  ["a call", { id: 1, method: "seal.get", params: {} }, 8 + 2 + 8 + 6 + 8 + 6 + 8],
  ["samples", { samples: new Uint8Array(1000) }, 8 + 7 + 8 + 1000],
  ["null", null, 8],
  ["a list", [1, true], 24],
  ["as deep as it may be", nested(64), 8 * 65],
  ["too deep", nested(65), null],
  ["a circle", circle, null],
  ["many circles", wide, null],
  ["a big integer", { id: 1n }, null],
  ["a function", { f: () => 1 }, null],
  ["a map", new Map(), null],
  ["a date", new Date(), null],
  ["an error", new Error("x"), null],
  ["a buffer that is no Uint8Array", new ArrayBuffer(8), null],
])("%s", (_what, value, expected) => {
  expect(messageSize(value)).toBe(expected);
});

it("stops counting behind the limit", () => {
  let read = 0;
  const long = new Proxy([] as unknown[], {
    get: (target, name) => {
      if (name === "length") return 1_000_000;
      if (typeof name !== "string" || !/^\d+$/.test(name)) return Reflect.get(target, name);
      read++;
      return "ten bytes.";
    },
    has: () => true,
  });
  expect(messageSize(long, 100)).toBeGreaterThan(100);
  expect(read).toBe(10);
});
