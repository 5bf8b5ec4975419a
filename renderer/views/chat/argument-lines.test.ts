import { expect, it } from "vitest";
import { argumentLines } from "./argument-lines.ts";

it("shortens nothing, and lets nothing hide", () => {
  const long = "x".repeat(5000);
  expect(argumentLines({ code: `${long}\n\ta\u202eb\u0007`, many: [1, 2], flag: true, "n\u200bame": "v" })).toEqual([
    { name: "code", lines: [long, "    a\\u{202e}b\\u{7}"] },
    { name: "many", lines: ["[", "  1,", "  2", "]"] },
    { name: "flag", lines: ["true"] },
    { name: "n\\u{200b}ame", lines: ["v"] },
  ]);
});
