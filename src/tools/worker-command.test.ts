import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import type { Grant } from "../shared/tool.ts";
import { callTool } from "./testing/call-tool.ts";

const root = realpathSync(fileURLToPath(new URL("../..", import.meta.url)));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-worker-command-")));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ["note", "notes", "note/inner"]) {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, "a.txt"), "a line");
}
const grant = (name: string, path = join(folder, name)): Grant => ({ name, path, mode: "ro" });

/** Node's own list of permitted paths forgets some of these; see `listed` in worker-command.ts. */
it.each<readonly [string, readonly Grant[], string]>([
  ["the outer of two folders", [grant("note"), grant("in", join(folder, "note/inner"))], "note/a.txt"],
  ["the outer, named last", [grant("in", join(folder, "note/inner")), grant("note")], "note/a.txt"],
  ["the inner", [grant("note"), grant("in", join(folder, "note/inner"))], "in/a.txt"],
  ["a folder beside one whose name goes on", [grant("note"), grant("notes")], "note/a.txt"],
  ["the same, the other way round", [grant("notes"), grant("note")], "note/a.txt"],
  ["the longer name", [grant("note"), grant("notes")], "notes/a.txt"],
  ["a folder that holds the program itself", [grant("app", root)], "app/package.json"],
  ["a folder inside the program", [grant("docs", join(root, "docs"))], "docs/policy.md"],
])("a worker reads %s", async (_what, grants, file) => {
  const { outcome } = await callTool("read_file", { file }, grants);
  expect(outcome).toMatchObject({ ok: true });
});
