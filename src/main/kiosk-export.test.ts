import { mkdtemp, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freeExportPath } from "./kiosk-export.ts";

let root: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kiosk-export-"));
  folder = join(root, "stick");
  await mkdir(folder);
});
afterEach(async () => await rm(root, { recursive: true }));

describe("where a kiosk exports to", () => {
  it("is its folder, under a name that is free", async () => {
    expect(await freeExportPath(folder, "talk.txt", true)).toBe(join(folder, "talk.txt"));
    await writeFile(join(folder, "talk.txt"), "");
    expect(await freeExportPath(folder, "talk.txt", true)).toBe(join(folder, "talk (2).txt"));
  });

  it("is never through a link that lies there", async () => {
    await symlink(join(root, "outside.txt"), join(folder, "talk.txt"));
    expect(await freeExportPath(folder, "talk.txt", true)).toBe(join(folder, "talk (2).txt"));
  });

  it.each(["../outside.txt", "/etc/passwd", "a/b.txt", "..\\..\\x.txt", "..", ".", "", "a\u0000b.txt", ".bashrc"])(
    "is in the folder itself for '%s'",
    async (name) => {
      const path = await freeExportPath(folder, name, true);
      expect(dirname(path)).toBe(folder);
      expect(path.slice(folder.length + 1)).not.toMatch(/^\.|[\p{Cc}/\\]/u);
    },
  );

  it("is nowhere without confirmation, and without a folder", async () => {
    await expect(freeExportPath(folder, "a.txt", false)).rejects.toMatchObject({ code: "input.invalid" });
    await expect(freeExportPath(null, "a.txt", true)).rejects.toMatchObject({ code: "input.invalid" });
  });

  it("is nowhere when the folder is gone, a file or a link", async () => {
    const link = join(root, "link");
    await symlink(folder, link);
    const file = join(root, "file");
    await writeFile(file, "");
    for (const no of [join(root, "gone"), link, file]) {
      await expect(freeExportPath(no, "a.txt", true)).rejects.toMatchObject({ code: "file.unreadable" });
    }
  });
});
