import { expect, it } from "vitest";
import { entryNames } from "./entry-names.ts";

it.each([
  ["out of the bundle", "../evil.js", "leads out"],
  ["out of it further in", "lib/../../evil.js", "leads out"],
  ["an absolute path", "/etc/cron.d/evil", "absolute"],
  ["a drive", "C:/Windows/evil.dll", "absolute"],
  ["a drive without a slash", "c:evil.dll", "absolute"],
  ["a backslash", "lib\\..\\..\\evil.js", "character"],
  ["a NUL", "a.js\0.txt", "character"],
  ["a line break", "a\nb.js", "character"],
  ["a stream of Windows", "a.js:hidden", "character"],
  ["a device", "lib/CON", "device"],
  ["a device with an ending", "aux.js", "device"],
  ["a dot at the end", "manifest.json.", "dot or a space"],
  ["a space at the end", "lib /a.js", "dot or a space"],
  ["an empty name", "lib//a.js", "not plain"],
  ["a dot for a name", "./a.js", "not plain"],
  ["nothing", "", "not plain"],
  ["a name too long", `${"n".repeat(256)}.js`, "too long"],
  ["a path too long", "long/".repeat(201), "too long"],
])("refuses %s", (_, path, why) => {
  expect(entryNames()(path)).toContain(why);
});

it.each([
  ["twice the same", ["a.js", "a.js"], "twice"],
  ["the same but for case", ["manifest.json", "Manifest.JSON"], "only in the case"],
  ["the same but for the form of letters", ["caf\u00e9.js", "cafe\u0301.js"], "only in the case"],
  ["folders that differ in case", ["Lib/a.js", "lib/b.js"], "only in the case"],
  ["a file below a file", ["a", "a/b.js"], "a file and a folder"],
  ["a file in the place of a folder", ["a/b.js", "a"], "a file and a folder"],
])("refuses %s", (_, paths, why) => {
  const fault = entryNames();
  const faults = paths.map((path) => fault(path));
  expect(faults.at(-1)).toContain(why);
  expect(faults.slice(0, -1)).toEqual(paths.slice(1).map(() => undefined));
});

it("takes what packages are made of", () => {
  const fault = entryNames();
  for (const path of [
    ...["manifest.json", "server/index.js", "server/", "node_modules/@scope/name/dist/a..b.js"],
    ...["node_modules/.package-lock.json", "icons/\u00fc \u4e2d.png", "console.js", "com.js", "[id]/{x}.js"],
  ]) {
    expect(fault(path), path).toBeUndefined();
  }
});
