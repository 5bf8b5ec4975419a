import { expect, it } from "vitest";
import { fileNameFrom, openDialogOptions } from "./file-dialogs.ts";

it.each([
  ["recordings", true, ["openFile", "multiSelections"], "wav"],
  ["folder", false, ["openDirectory"], undefined],
  ["model", false, ["openFile"], "gguf"],
  ["any", true, ["openFile", "multiSelections"], undefined],
  ["anchor", false, ["openFile"], undefined],
  ["key", false, ["openFile"], undefined],
] as const)("%s, several %s", (purpose, multiple, properties, ending) => {
  const options = openDialogOptions(purpose, multiple);
  expect(options.properties).toEqual(properties);
  expect(options.filters?.[0]?.extensions[0]).toBe(ending);
});

it.each([
  ["Visit 12 June.txt", "Visit 12 June.txt"],
  ["Gespräch über Öl.srt", "Gespräch über Öl.srt"],
  ["../../etc/passwd", "etc passwd"],
  ["a/b\\c:d*e?.pdf", "a b c d e.pdf"],
  ["C:\\Windows\\x.md", "C Windows x.md"],
  [".bashrc", "Indoors.bashrc"],
  ["", "Indoors"],
  ["...", "Indoors"],
  ["con.txt", "_con.txt"],
  ["LPT1", "_LPT1"],
  ["a\u0000b\u202Etxt.exe", "a b txt.exe"],
  [`${"x".repeat(300)}.pdf`, `${"x".repeat(120)}.pdf`],
])("%j is saved as %j", (suggested, name) => {
  expect(fileNameFrom(suggested)).toBe(name);
});
