import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { IndoorsError } from "../shared/errors.ts";
import type { Grant, ToolOutcome } from "../shared/tool.ts";
import { writeFile } from "./write-file.ts";

/** In this process and on the folder itself: the layer above it, and the sandbox, are tested in staging and sandbox. */
let base = "";
let grants: Grant[] = [];
const read = (name: string) => readFileSync(join(base, name), "utf8");

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "indoors-write-test-")));
  for (const folder of ["docs", "fixed", "outside"]) mkdirSync(join(base, folder));
  mkdirSync(join(base, "docs/sub"));
  writeFileSync(join(base, "docs/old.txt"), "one\ntwo");
  writeFileSync(join(base, "outside/secret.txt"), "secret");
  grants = [
    { name: "docs", path: join(base, "docs"), mode: "rw" },
    { name: "fixed", path: join(base, "fixed"), mode: "ro" },
  ];
});
afterEach(() => rmSync(base, { recursive: true }));

async function write(folder: string, name: string, content: string, mode?: string): Promise<ToolOutcome> {
  const args = { folder, name, content, ...(mode === undefined ? {} : { mode }) };
  const broker = { call: () => Promise.reject(new Error("not asked for")) };
  const context = { grants, today: "2026-11-23", broker, signal: new AbortController().signal, weights: { ocr: null } };
  return await writeFile.run(args, context).catch((error: unknown) => {
    if (!(error instanceof IndoorsError)) throw error;
    return { ok: false, code: error.code, text: error.message } as const;
  });
}

describe("write_file", () => {
  it("creates, replaces and appends", async () => {
    const created = await write("docs/sub/", "Grüße.md", "# Hallo\n");
    expect(created).toMatchObject({ ok: true, text: "docs/sub/Grüße.md was created: 1 line, 8 bytes." });
    expect(read("docs/sub/Grüße.md")).toBe("# Hallo\n");
    expect((await write("docs", "old.txt", "new", "replace")).text).toContain("was replaced");
    expect(read("docs/old.txt")).toBe("new");
    await write("docs", "old.txt", "more\n", "append");
    expect(read("docs/old.txt")).toBe("new\nmore\n");
    await write("docs", "log.txt", "first", "append");
    expect(read("docs/log.txt")).toBe("first");
  });

  it.each([
    ["docs", "old.txt", undefined, "input.invalid", "is there already"],
    ["fixed", "a.txt", undefined, "tool.denied", "granted read-only: ask for it to be granted with :rw"],
    ["elsewhere", "a.txt", undefined, "tool.denied", "not in a granted folder"],
    ["docs/none", "a.txt", undefined, "file.unreadable", "nothing of that name"],
    ["docs", "../a.txt", undefined, "input.invalid", "one file name"],
    ["docs", "..", undefined, "input.invalid", "one file name"],
    ["docs", ".bashrc", undefined, "tool.denied", "Tools never change it"],
    ["docs", "a\u001b.txt", undefined, "tool.denied", "cannot be shown"],
    ["docs", "sub", "replace", "file.unreadable", "is a folder"],
    ["docs", "x".repeat(200) + "é".repeat(100), undefined, "tool.denied", "name is too long"],
  ])("refuses %s %s %s", async (folder, name, mode, code, words) => {
    const outcome = await write(folder, name, "content", mode);
    expect(outcome).toMatchObject({ ok: false, code });
    expect(outcome.text).toContain(words);
    expect(readdirSync(join(base, "docs")).sort()).toEqual(["old.txt", "sub"]);
    expect(readdirSync(base).sort()).toEqual(["docs", "fixed", "outside"]);
  });

  it.each(["create", "replace", "append"])("writes through no link: %s", async (mode) => {
    symlinkSync(join(base, "outside/secret.txt"), join(base, "docs/link.txt"));
    symlinkSync(join(base, "outside"), join(base, "docs/way"));
    symlinkSync(join(base, "outside/new.txt"), join(base, "docs/dangling.txt"));
    for (const [folder, name] of [
      ["docs", "link.txt"],
      ["docs", "dangling.txt"],
      ["docs/way", "new.txt"],
    ] as const) {
      expect((await write(folder, name, "owned", mode)).ok).toBe(false);
    }
    expect(readdirSync(join(base, "outside"))).toEqual(["secret.txt"]);
    expect(read("outside/secret.txt")).toBe("secret");
    // The control: the system itself follows them.
    writeFileSync(join(base, "docs/dangling.txt"), "escaped");
    expect(read("outside/new.txt")).toBe("escaped");
  });

  it("does not write over what it cannot write back as it was", async () => {
    writeFileSync(join(base, "docs/latin.txt"), Buffer.from("Gr\xfc\xdfe", "latin1"));
    writeFileSync(join(base, "docs/blob.dat"), Buffer.from([1, 0, 2]));
    expect((await write("docs", "latin.txt", "x", "append")).text).toContain("text in Windows-1252");
    expect((await write("docs", "blob.dat", "x", "replace")).text).toContain("not a text file");
  });
});
