import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StagedLayer } from "../sandbox/sandbox.ts";
import { readStaged, type ReadStagedOptions } from "./read-staged.ts";

/** A granted folder, a hand-made layer above it, the host's private folder, and a place that nothing may reach. */
let base = "";
const at = (...parts: string[]) => join(base, ...parts);
const put = (path: string, content: string | Uint8Array, mode?: number) => {
  fs.mkdirSync(dirname(at(path)), { recursive: true });
  fs.writeFileSync(at(path), content);
  if (mode !== undefined) fs.chmodSync(at(path), mode);
};
const isLink = (path: string) => fs.lstatSync(at(path), { throwIfNoEntry: false })?.isSymbolicLink() === true;
const has = (path: string) => fs.existsSync(at(path));
const read = (path: string) => fs.readFileSync(at(path), "utf8");
const whiteout = (path: string) => {
  fs.mkdirSync(dirname(at(path)), { recursive: true });
  execFileSync("mknod", [at(path), "c", "0", "0"]);
};
const layer = (): StagedLayer => ({ grant: { name: "docs", path: at("grant"), mode: "rw" }, folder: at("upper") });
const staged = (more: Partial<ReadStagedOptions> = {}, layers = [layer()]) =>
  readStaged(layers, { folder: at("private"), ...more });
/** What this process has open below the test's folder. */
const openFiles = () =>
  fs.readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [fs.readlinkSync(`/proc/self/fd/${fd}`)].filter((path) => path.startsWith(base));
    } catch {
      return [];
    }
  });

beforeEach(() => {
  base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "indoors-staging-test-")));
  for (const folder of ["grant", "upper", "private", "outside"]) fs.mkdirSync(at(folder));
});
afterEach(() => {
  expect(openFiles()).toEqual([]);
  expect(fs.readdirSync(at("private"))).toEqual([]);
  fs.rmSync(base, { recursive: true });
});

describe("what is listed, and written", () => {
  it("creates, modifies and deletes, and nothing before the commit", async () => {
    put("grant/same.txt", "as it was\n");
    put("grant/old.txt", "one\ntwo\n", 0o640);
    put("grant/gone.txt", "bye\n");
    put("upper/same.txt", "as it was\n");
    put("upper/old.txt", "one\n2\n", 0o777);
    put("upper/new/deep/a.sh", "#!/bin/sh\n", 0o755);
    fs.mkdirSync(at("upper/empty"));
    whiteout("upper/gone.txt");
    whiteout("upper/never-was.txt");
    const changes = await staged();
    const sha = (text: string) => createHash("sha256").update(text).digest("hex");
    expect(changes.list).toEqual([
      { ...bare("docs/empty/", "created") },
      {
        ...bare("docs/gone.txt", "deleted"),
        bytesBefore: 4,
        diff: "@@ -1,1 +0,0 @@\n-bye",
      },
      {
        ...bare("docs/new/deep/a.sh", "created"),
        bytesAfter: 10,
        sha256After: sha("#!/bin/sh\n"),
        diff: "@@ -0,0 +1,1 @@\n+#!/bin/sh",
      },
      {
        ...bare("docs/old.txt", "modified"),
        bytesBefore: 8,
        bytesAfter: 6,
        sha256After: sha("one\n2\n"),
        diff: "@@ -1,2 +1,2 @@\n one\n-two\n+2",
      },
    ]);
    expect([has("grant/new"), read("grant/old.txt"), has("grant/gone.txt")]).toEqual([false, "one\ntwo\n", true]);
    expect(await changes.commit()).toEqual({
      written: ["docs/empty/", "docs/new/deep/a.sh", "docs/old.txt", "docs/gone.txt"],
      refused: [],
    });
    expect([read("grant/new/deep/a.sh"), read("grant/old.txt"), has("grant/gone.txt")]).toEqual([
      "#!/bin/sh\n",
      "one\n2\n",
      false,
    ]);
    expect(fs.statSync(at("grant/old.txt")).mode & 0o777).toBe(0o640);
    expect(fs.statSync(at("grant/new/deep/a.sh")).mode & 0o111).toBe(0);
    expect(fs.readdirSync(at("grant/new/deep"))).toEqual(["a.sh"]);
    await expect(changes.commit()).rejects.toThrow("before");
  });

  it("shows no diff of what is not text, and takes it over byte by byte", async () => {
    const image = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 255]);
    put("upper/a.png", image);
    const changes = await staged();
    expect(changes.list).toMatchObject([{ path: "docs/a.png", bytesAfter: 8, diff: null, refused: null }]);
    await changes.commit();
    expect(fs.readFileSync(at("grant/a.png"))).toEqual(image);
  });

  it("writes what was shown, whatever happens to the layer afterwards", async () => {
    put("upper/a.txt", "shown");
    const changes = await staged();
    put("upper/a.txt", "swapped");
    await changes.commit();
    expect(read("grant/a.txt")).toBe("shown");
  });

  it("leaves nothing behind when it is discarded", async () => {
    put("upper/a.txt", "x");
    const changes = await staged();
    await changes.discard();
    await changes.discard();
    expect(has("grant/a.txt")).toBe(false);
  });

  it("deletes a folder with all that was shown to be in it", async () => {
    put("grant/old/a.txt", "a");
    put("grant/old/deep/b.txt", "b");
    fs.symlinkSync("../../outside", at("grant/old/link"));
    put("outside/kept.txt", "kept");
    whiteout("upper/old");
    const changes = await staged();
    expect(changes.list.map(({ path }) => path)).toEqual([
      ...["docs/old/a.txt", "docs/old/deep/b.txt", "docs/old/deep/", "docs/old/link", "docs/old/"],
    ]);
    expect((await changes.commit()).refused).toEqual([]);
    expect(fs.readdirSync(at("grant"))).toEqual([]);
    expect(read("outside/kept.txt")).toBe("kept");
  });

  it("keeps a folder that got something new meanwhile", async () => {
    put("grant/old/a.txt", "a");
    whiteout("upper/old");
    const changes = await staged();
    put("grant/old/mine.txt", "just saved");
    expect(await changes.commit()).toEqual({
      written: ["docs/old/a.txt"],
      refused: ["'docs/old/' was not deleted: the folder is not empty."],
    });
    expect(read("grant/old/mine.txt")).toBe("just saved");
  });
});

describe("what is refused, whoever approves", () => {
  it("protected places, in a diff for whoever looks, and never written", async () => {
    put("grant/.git/config", "[core]\n");
    put("upper/.git/config", "[core]\n\tfsmonitor = evil\n");
    put("upper/run.ps1", "evil");
    put("upper/fine.txt", "fine");
    const changes = await staged();
    expect(changes.list).toMatchObject([
      { path: "docs/.git/config", kind: "modified", refused: expect.stringContaining("version control") },
      { path: "docs/fine.txt", refused: null },
      { path: "docs/run.ps1", refused: expect.stringContaining("double click") },
    ]);
    expect(changes.list[0]?.diff).toContain("+\tfsmonitor = evil");
    expect((await changes.commit()).written).toEqual(["docs/fine.txt"]);
    expect([read("grant/.git/config"), has("grant/run.ps1")]).toEqual(["[core]\n", false]);
  });

  it("everything that is not an ordinary file", async () => {
    put("outside/secret.txt", "secret");
    put("grant/file", "file");
    put("grant/folder/in.txt", "in");
    fs.symlinkSync(at("outside"), at("grant/link"));
    fs.symlinkSync(at("outside/secret.txt"), at("upper/a-link.txt"));
    fs.symlinkSync(at("outside"), at("upper/b-link"));
    execFileSync("mkfifo", [at("upper/c-pipe")]);
    put("upper/d-setuid", "x", 0o4755);
    fs.mkdirSync(at("upper/file"));
    put("upper/file/x.txt", "x");
    put("upper/folder", "now a file");
    put("upper/link/x.txt", "through the link");
    put("upper/.x\u001b[2J.txt", "escape");
    const changes = await staged();
    expect(changes.list.map(({ path, refused }) => [path, refused])).toEqual([
      ["docs/.x␛[2J.txt", "its name holds characters that cannot be shown"],
      ["docs/a-link.txt", "it is a link, not an ordinary file"],
      ["docs/b-link", "it is a link, not an ordinary file"],
      ["docs/c-pipe", "it is a pipe, not an ordinary file"],
      ["docs/d-setuid", "it would run with the rights of its owner (setuid)"],
      ["docs/file", "a folder would replace a file"],
      ["docs/folder", "a file would replace a folder"],
      ["docs/link", "a folder would replace a link"],
    ]);
    expect(JSON.stringify(changes.list)).not.toContain("secret\\n");
    expect((await changes.commit()).written).toEqual([]);
    expect(fs.readdirSync(at("outside"))).toEqual(["secret.txt"]);
    expect(fs.readdirSync(at("grant")).sort()).toEqual(["file", "folder", "link"]);
  });

  it("a name that is not valid text, without being stopped by it", async () => {
    fs.writeFileSync(Buffer.concat([Buffer.from(`${at("upper")}/`), Buffer.from([0x61, 0xff])]), "x");
    put("upper/fine.txt", "fine");
    const changes = await staged();
    expect(changes.list.map(({ refused }) => refused)).toEqual(["its name is not valid text", null]);
    await changes.discard();
  });

  it("deleting a folder in which something protected lies, all of it", async () => {
    put("grant/project/.git/config", "[core]");
    put("grant/project/a.txt", "a");
    whiteout("upper/project");
    const changes = await staged();
    expect(changes.list).toHaveLength(1);
    expect(changes.list[0]).toMatchObject({ path: "docs/project", refused: expect.stringContaining(".git") });
    await changes.commit();
    expect(read("grant/project/a.txt")).toBe("a");
  });

  it("deleting anything beside a change that is refused: it may be half of a move", async () => {
    put("grant/tool.txt", "precious");
    put("upper/tool.exe", "precious");
    whiteout("upper/tool.txt");
    const changes = await staged();
    expect(changes.list.map(({ kind, refused }) => [kind, refused !== null])).toEqual([
      ["created", true],
      ["deleted", true],
    ]);
    expect((await changes.commit()).written).toEqual([]);
    expect(read("grant/tool.txt")).toBe("precious");
  });
});

describe("what changed meanwhile stays as it is", () => {
  const cases: readonly (readonly [string, () => void, string])[] = [
    ["a file that was edited", () => put("grant/old.txt", "mine!"), "what is there changed meanwhile"],
    [
      "a file that was edited with its size and time kept",
      () => {
        const { atime, mtime } = fs.statSync(at("grant/old.txt"));
        put("grant/old.txt", "eno");
        fs.utimesSync(at("grant/old.txt"), atime, mtime);
      },
      "what is there changed meanwhile",
    ],
    ["a file that was deleted", () => fs.rmSync(at("grant/old.txt")), "what is there changed meanwhile"],
    [
      "a file that became a link",
      () => {
        fs.rmSync(at("grant/old.txt"));
        fs.symlinkSync(at("outside/secret.txt"), at("grant/old.txt"));
      },
      "what is there changed meanwhile",
    ],
  ];
  it.each(cases)("%s", async (_case, meddle, reason) => {
    put("outside/secret.txt", "one");
    put("grant/old.txt", "one");
    put("upper/old.txt", "two");
    const changes = await staged();
    meddle();
    const there = fs.lstatSync(at("grant/old.txt"), { throwIfNoEntry: false })?.ino;
    expect(await changes.commit()).toEqual({
      written: [],
      refused: [`'docs/old.txt' was not modified: ${reason}; ask again.`],
    });
    expect(fs.lstatSync(at("grant/old.txt"), { throwIfNoEntry: false })?.ino).toBe(there);
    expect(read("outside/secret.txt")).toBe("one");
  });

  it("control: without that it is written", async () => {
    put("grant/old.txt", "one");
    put("upper/old.txt", "two");
    expect((await (await staged()).commit()).written).toEqual(["docs/old.txt"]);
    expect(read("grant/old.txt")).toBe("two");
  });

  it("a file that appeared where one was to be created, and deletions beside it", async () => {
    put("grant/gone.txt", "gone");
    put("upper/new.txt", "staged");
    whiteout("upper/gone.txt");
    const changes = await staged();
    put("grant/new.txt", "mine");
    const { written, refused } = await changes.commit();
    expect(written).toEqual([]);
    expect(refused[1]).toContain("nothing is deleted, because not everything else was written");
    expect([read("grant/new.txt"), read("grant/gone.txt")]).toEqual(["mine", "gone"]);
  });
});

describe("attempt 25: a folder is swapped for a link between the diff and the commit", () => {
  const swap = (path: string) => {
    fs.renameSync(at(path), at("moved"));
    fs.symlinkSync(at("outside"), at(path));
  };

  it.each(["grant/sub", "grant"])("%s: nothing is written outside", async (swapped) => {
    put("grant/sub/a.txt", "a");
    put("upper/sub/a.txt", "b");
    put("upper/sub/new.txt", "new");
    fs.mkdirSync(at("outside/sub"));
    const changes = await staged();
    swap(swapped);
    // The control: whoever writes by path now writes outside.
    fs.writeFileSync(at("grant/sub/control.txt"), "escaped");
    const escaped = swapped === "grant" ? "outside/sub/control.txt" : "outside/control.txt";
    expect(read(escaped)).toBe("escaped");
    fs.rmSync(at(escaped));
    const { written, refused } = await changes.commit();
    expect(written).toEqual([]);
    expect(refused).toHaveLength(2);
    expect(fs.readdirSync(at("outside"), { recursive: true })).toEqual(["sub"]);
    expect(fs.readdirSync(at("moved"), { recursive: true })).not.toContain("new.txt");
  });

  it("a folder that was moved out of the grant and is held open is not written to", async () => {
    put("grant/sub/a.txt", "a");
    put("upper/sub/new.txt", "new");
    const changes = await staged();
    fs.renameSync(at("grant/sub"), at("outside/sub"));
    await changes.commit();
    expect(fs.readdirSync(at("outside/sub"))).toEqual(["a.txt"]);
  });

  it("a grant that is a link by now is not even compared", async () => {
    put("upper/a.txt", "a");
    swap("grant");
    await expect(staged()).rejects.toMatchObject({ code: "file.unreadable" });
    fs.rmSync(at("grant"));
    fs.renameSync(at("moved"), at("grant"));
  });

  it("holds while folder and link are swapped all the time", async () => {
    put("grant/sub/a.txt", "a");
    const stop = new AbortController();
    const pause = () => new Promise((resolve) => setImmediate(resolve));
    const swapper = (async () => {
      while (!stop.signal.aborted) {
        fs.renameSync(at("grant/sub"), at("moved"));
        // A commit may have made the folder anew just now.
        while (!isLink("grant/sub")) {
          fs.rmSync(at("grant/sub"), { recursive: true, force: true });
          try {
            fs.symlinkSync(at("outside"), at("grant/sub"));
          } catch {
            await pause();
          }
        }
        await pause();
        while (fs.existsSync(at("moved"))) {
          fs.rmSync(at("grant/sub"), { recursive: true, force: true });
          try {
            fs.renameSync(at("moved"), at("grant/sub"));
          } catch {
            await pause();
          }
        }
        await pause();
      }
    })();
    for (let round = 0; round < 60; round += 1) {
      put(`upper/sub/new-${round}.txt`, "new");
      await (await staged()).commit();
    }
    stop.abort();
    await swapper;
    expect(fs.readdirSync(at("outside"))).toEqual([]);
    // And it does write, once nobody meddles.
    put("upper/sub/last.txt", "last");
    expect((await (await staged()).commit()).written).toContain("docs/sub/last.txt");
  });
});

describe("limits", () => {
  it.each([
    ["changes", { changes: 3 }],
    ["entries", { entries: 3 }],
    ["bytes", { totalBytes: 30 }],
    ["depth", { depth: 2 }],
  ])("on %s: nothing is taken over", async (_name, limits) => {
    for (const name of ["a", "b", "c", "d"]) put(`upper/${name}.txt`, "0123456789");
    put("upper/x/y/z/deep.txt", "");
    await expect(staged({ limits })).rejects.toMatchObject({
      code: "tool.limit",
      message: expect.stringContaining("Nothing was written"),
    });
    await (await staged()).discard();
  });

  it("a sparse file of 2 GB is refused without being read", async () => {
    put("upper/big.bin", "");
    fs.truncateSync(at("upper/big.bin"), 2_000_000_000);
    const changes = await staged();
    expect(changes.list[0]?.refused).toContain("2000000000 bytes");
    await changes.discard();
  });

  it("on the diff: it is cut, says so, and the file is whole", async () => {
    put("upper/long.txt", "a line\n".repeat(10_000));
    const changes = await staged();
    expect(changes.list[0]?.diff?.length).toBeLessThan(20_100);
    expect(changes.list[0]?.diff).toContain("more lines of this diff are not shown");
    await changes.commit();
    expect(read("grant/long.txt")).toHaveLength(70_000);
  });

  it("can be cancelled, and leaves nothing behind", async () => {
    put("upper/a.txt", "a");
    await expect(staged({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
  });
});

function bare(path: string, kind: string) {
  return { path, kind, bytesBefore: null, bytesAfter: null, sha256After: null, diff: null, refused: null };
}
