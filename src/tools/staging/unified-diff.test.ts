import { applyPatch } from "diff";
import { describe, expect, it } from "vitest";
import type { TextFile } from "../text-file.ts";
import { unifiedDiff } from "./unified-diff.ts";

const utf8 = (text: string): TextFile => ({ text, encoding: "UTF-8" });
const diff = (before: string | null, after: string | null, most = 20_000) =>
  unifiedDiff(before === null ? null : utf8(before), after === null ? null : utf8(after), most);

describe("unifiedDiff", () => {
  it("shows a change with three lines around it, and can be applied", async () => {
    const before = Array.from({ length: 40 }, (_, at) => `line ${at}`).join("\n");
    const after = before.replace("line 20", "LINE 20").replace("line 39", "line 39\nline 40\n");
    const shown = await diff(before, after);
    expect(shown).toContain("@@ -18,7 +18,7 @@\n line 17\n line 18\n line 19\n-line 20\n+LINE 20\n line 21\n");
    expect(applyPatch(before, `--- a\n+++ b\n${shown}\n`)).toBe(after);
  });

  it.each([
    [null, "one\ntwo\n", "@@ -0,0 +1,2 @@\n+one\n+two"],
    ["one\ntwo", null, "@@ -1,2 +0,0 @@\n-one\n-two\n\\ No newline at end of file"],
    [null, "", ""],
    ["same", "same", ""],
  ])("shows what comes and what goes: %j to %j", async (before, after, expected) => {
    expect(await diff(before, after)).toBe(expected);
  });

  it("lets no character of the content look like another line, or be an order to a terminal", async () => {
    const shown = await diff("a\n", "a\u2028-b\u0085@@ -1 +1 @@\u001b[2K\rc\u202ed\n");
    expect(shown.split("\n")).toEqual(["@@ -1,1 +1,1 @@", "-a", "+a␊-b␊@@ -1 +1 @@␛[2K␍c\ufffdd"]);
  });

  it("shows line ends only where they change", async () => {
    expect(await diff("a\r\nb\r\n", "a\r\nc\r\n")).toBe("@@ -1,2 +1,2 @@\n a\n-b\n+c");
    expect(await diff("a\r\nb\r\n", "a\nb\n")).toBe("@@ -1,2 +1,2 @@\n-a␍\n-b␍\n+a\n+b");
  });

  it("says when the encoding changes", async () => {
    const before: TextFile = { text: "Grüße", encoding: "Windows-1252" };
    expect(await unifiedDiff(before, utf8("Grüße"), 100)).toBe("(The encoding changes from Windows-1252 to UTF-8.)");
  });

  it("is cut and says so, in lines and in length", async () => {
    const shown = await diff(null, "0123456789\n".repeat(1000), 1000);
    expect(shown.length).toBeLessThan(1100);
    expect(shown).toMatch(/\[… 9\d\d more lines of this diff are not shown\]$/);
    expect(await diff(null, "x".repeat(5000))).toMatch(/x\[… 4001 more\]\n\\ No newline/);
  });

  it("gives up comparing what has nothing in common, and shows it as replaced, what comes first", async () => {
    const lines = (seed: number) => Array.from({ length: 6000 }, (_, at) => `${seed} ${at * seed}`).join("\n");
    const shown = await diff(lines(3), lines(7), 1_000_000);
    expect(shown).toMatch(/^@@ -1,6000 \+1,6000 @@\n\+7 0\n/);
    expect(shown).toContain("\n-3 0\n");
  });
});
