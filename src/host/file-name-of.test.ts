import { expect, it } from "vitest";
import { fileNameOf } from "./file-name-of.ts";

it.each([
  ["What was said?", "What was said.md"],
  ["../../etc/passwd", "etc passwd.md"],
  ['a\u0000b\n"c"<d>|e*', "a b c d e.md"],
  ["\u202egnp.exe", "gnp.exe.md"],
  ["Übersicht für März", "Übersicht für März.md"],
  ["会議の記録", "会議の記録.md"],
  ["...", "Indoors.md"],
  ["", "Indoors.md"],
  ["CON", "Indoors CON.md"],
  ["lpt1.txt", "Indoors lpt1.txt.md"],
  ["x".repeat(500), `${"x".repeat(80)}.md`],
])("%j becomes %j", (words, name) => {
  expect(fileNameOf(words, ".md")).toBe(name);
});
