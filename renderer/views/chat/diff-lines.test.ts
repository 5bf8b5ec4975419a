import { expect, it } from "vitest";
import { diffLines } from "./diff-lines.ts";

it("tells the lines of a diff apart by their first character alone", () => {
  const lines = diffLines(
    "@@ -1,2 +1,2 @@\n same\n-old\n++two\n+@@ not a place\n\\ No newline at end of file\n[… 3 more]",
  );
  expect(lines.map(({ kind, sign, text }) => `${kind}|${sign}|${text}`)).toEqual([
    "place||@@ -1,2 +1,2 @@",
    "same| |same",
    "removed|−|old",
    "added|+|+two",
    "added|+|@@ not a place",
    "note||\\ No newline at end of file",
    "note||[… 3 more]",
  ]);
  expect(diffLines("+a\u202eb")[0]?.text).toBe("a\\u{202e}b");
});
