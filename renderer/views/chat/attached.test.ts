import { expect, it } from "vitest";
import { attach, grantsOf } from "./attached.ts";

it.each([
  ["/home/dana/Letters", "folder", { name: "Letters", path: "/home/dana/Letters", because: [] }],
  ["/home/dana/Letters/", "folder", { name: "Letters", path: "/home/dana/Letters" }],
  ["/home/dana/Letters/a.pdf", "file", { name: "Letters", path: "/home/dana/Letters", because: ["a.pdf"] }],
  ["/a.pdf", "file", { name: "root", path: "/" }],
  ["C:\\Akten\\a.pdf", "file", { name: "Akten", path: "C:\\Akten", because: ["a.pdf"] }],
  ["C:\\a.pdf", "file", { name: "C:", path: "C:\\" }],
] as const)("%s, a %s", (path, kind, expected) => {
  expect(attach([], path, kind)).toMatchObject([{ mode: "ro", ...expected }]);
});

it("adds a folder once, keeps what was decided about it, and says for which files", () => {
  const one = attach([], "/d/Letters", "folder").map((grant) => ({ ...grant, mode: "rw" as const }));
  const two = attach(attach(one, "/d/Letters/a.pdf", "file"), "/d/Letters/a.pdf", "file");
  expect(two).toEqual([{ name: "Letters", path: "/d/Letters", mode: "rw", because: ["a.pdf"] }]);
  expect(grantsOf(two)).toEqual([{ name: "Letters", path: "/d/Letters", mode: "rw" }]);
});

it("gives folders of the same name different names", () => {
  const three = ["/a/x", "/b/x", "/c/x"].reduce(
    (all, path) => attach(all, path, "folder"),
    attach([], "/d/y", "folder"),
  );
  expect(three.map(({ name }) => name)).toEqual(["y", "x", "x-2", "x-3"]);
});
