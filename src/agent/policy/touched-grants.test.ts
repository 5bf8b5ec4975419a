import { expect, it } from "vitest";
import type { ToolSpec } from "../../shared/tool.ts";
import { touchedGrants } from "./touched-grants.ts";

const grants = ["docs", "docs-2", "mail"].map((name) => ({ name, path: `/home/a/${name}`, mode: "ro" as const }));
const tool: ToolSpec = {
  name: "copy",
  description: "",
  arguments: {
    from: { kind: "path", of: "file", description: "" },
    to: { kind: "path", of: "folder", description: "", optional: true },
    words: { kind: "text", maxLength: 100, description: "", optional: true },
  },
  needs: ["grants"],
  effect: "read",
};
const all = ["docs", "docs-2", "mail"];

it.each<readonly [string, Readonly<Record<string, unknown>>, readonly string[]]>([
  ["a path", { from: "docs/a.txt" }, ["docs"]],
  ["the grant itself", { from: "docs-2" }, ["docs-2"]],
  ["two paths", { from: "mail/a", to: "docs/b" }, ["docs", "mail"]],
  ["a path inside a text is no path", { from: "docs/a", words: "mail/a" }, ["docs"]],
  ["no path", { words: "x" }, all],
  ["a path that leads nowhere", { from: "other/a" }, all],
  ["a path that climbs", { from: "docs/../mail/a" }, all],
  ["… the Windows way", { from: "docs\\..\\mail" }, all],
  ["an absolute path", { from: "/home/a/mail/a" }, all],
  ["no string", { from: 7 }, all],
])("%s", (_what, args, names) => {
  expect(touchedGrants(tool, args, grants).map(({ name }) => name)).toEqual(names);
});

it("a tool that needs no grants touches none", () => {
  expect(touchedGrants({ ...tool, needs: [] }, { from: "docs/a" }, grants)).toEqual([]);
});

it("a tool of a server touches all that the server may reach, and nothing of the run", () => {
  const own = [{ name: "lab", path: "/lab", mode: "rw" as const }];
  const server: ToolSpec = { ...tool, needs: ["server"], server: { name: "lab", grants: own } };
  expect(touchedGrants(server, { from: "docs/a" }, grants)).toEqual(own);
  expect(touchedGrants({ ...server, server: { name: "lab", grants: [] } }, { from: "docs/a" }, grants)).toEqual([]);
});

it("names inside each other: every grant that the path could mean", () => {
  const nested = ["docs", "docs/in"].map((name) => ({ name, path: `/x/${name}`, mode: "ro" as const }));
  expect(touchedGrants(tool, { from: "docs/in/a" }, nested)).toEqual(nested);
});
