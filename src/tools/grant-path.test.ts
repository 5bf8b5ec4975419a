import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Grant } from "../shared/tool.ts";
import { openInGrant, resolveInGrants } from "./grant-path.ts";

let base = "";
let grants: Grant[] = [];
const at = (...parts: string[]) => join(base, ...parts);

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), "indoors-grant-test-")));
  mkdirSync(at("docs", "deep"), { recursive: true });
  mkdirSync(at("docs-secret"));
  writeFileSync(at("docs", "a.txt"), "inside");
  writeFileSync(at("docs", "deep", "b.txt"), "deeper");
  writeFileSync(at("docs-secret", "s.txt"), "secret");
  symlinkSync(at("docs-secret", "s.txt"), at("docs", "file-out"));
  symlinkSync(at("docs-secret"), at("docs", "folder-out"));
  symlinkSync("../../docs-secret/s.txt", at("docs", "deep", "up-and-out"));
  symlinkSync("a.txt", at("docs", "file-in"));
  symlinkSync("nowhere", at("docs", "dangling"));
  symlinkSync("/dev/zero", at("docs", "device"));
  execFileSync("mkfifo", [at("docs", "pipe")]);
  grants = [
    { name: "docs", path: at("docs"), mode: "ro" },
    { name: "docs/deep", path: at("docs", "deep"), mode: "ro" },
  ];
});
afterAll(() => rmSync(base, { recursive: true }));

const read = async (asked: string) => {
  const found = await resolveInGrants(grants, asked, "file");
  await using file = await openInGrant(found.root, found.path, found.shown);
  return file.readFile("utf8");
};

describe("resolveInGrants", () => {
  it("finds what lies in a grant, the longest name first, links inside it too", async () => {
    expect(await read("docs/a.txt")).toBe("inside");
    expect(await read("docs/./deep//b.txt")).toBe("deeper");
    expect(await read("docs/file-in")).toBe("inside");
    expect((await resolveInGrants(grants, "docs/deep/b.txt", "file")).root).toBe(at("docs", "deep"));
    expect((await resolveInGrants(grants, "docs/", "folder")).shown).toBe("docs");
  });

  it.each(["docs/file-out", "docs/folder-out/s.txt", "docs/deep/up-and-out"])(
    "refuses a link out of the grant, which the system itself would follow: %s",
    async (asked) => {
      expect(readFileSync(at(asked), "utf8")).toBe("secret");
      await expect(read(asked)).rejects.toMatchObject({ code: "tool.denied" });
    },
  );

  it.each([
    "docs/../docs-secret/s.txt",
    "docs/deep/../../docs-secret/s.txt",
    "docs-secret/s.txt",
    "/etc/passwd",
    "",
    "a\0b",
  ])("refuses a path out of every grant: %j", async (asked) => {
    await expect(read(asked)).rejects.toMatchObject({ code: "tool.denied" });
  });

  it.each([
    ["docs/pipe", "file.unreadable", "not an ordinary file"],
    ["docs/device", "tool.denied", "link out of"],
    ["docs/dangling", "file.unreadable", "nothing of that name"],
    ["docs/deep", "file.unreadable", "is a folder"],
    ["docs/a.txt/x", "file.unreadable", "is a file, not a folder"],
    ["docs/none.txt", "file.unreadable", "nothing of that name"],
  ])("says why it cannot read %s", async (asked, code, words) => {
    await expect(read(asked)).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  });

  it("refuses a device even when it is what was granted", async () => {
    const dev: Grant[] = [{ name: "dev", path: "/dev", mode: "ro" }];
    await expect(resolveInGrants(dev, "dev/zero", "file")).rejects.toMatchObject({ code: "file.unreadable" });
  });
});

describe("openInGrant, when the path was swapped after it was resolved", () => {
  it("refuses a link in the last part", async () => {
    await expect(openInGrant(at("docs"), at("docs", "file-out"), "docs/file-out")).rejects.toMatchObject({
      code: "file.unreadable",
      message: expect.stringContaining("It is a link"),
    });
  });

  it("refuses a link in the middle, where O_NOFOLLOW does not look", async () => {
    const swapped = at("docs", "folder-out", "s.txt");
    expect(readFileSync(swapped, "utf8")).toBe("secret");
    await expect(openInGrant(at("docs"), swapped, "docs/x/s.txt")).rejects.toMatchObject({ code: "tool.denied" });
  });

  it("does not wait for a writer at a pipe", async () => {
    await expect(openInGrant(at("docs"), at("docs", "pipe"), "docs/pipe")).rejects.toMatchObject({
      code: "file.unreadable",
    });
  });
});
