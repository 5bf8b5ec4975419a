import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Grant } from "../../shared/tool.ts";
import { tools } from "../registry.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { canSeal, openHere, shell } from "../sandbox/testing/machine.ts";
import { openToolLauncher } from "../tool-launcher.ts";
import { readStaged } from "./read-staged.ts";
import type { StagedChanges } from "./staged-changes.ts";

/** Layers as the kernel makes them, of what real programs and the real worker have done in the real sandbox. */
describe.skipIf(!canSeal)("staging under the sandbox", () => {
  let sandbox: Sandbox;
  let base = "";
  let grants: Grant[] = [];
  const docs = (name = "") => join(base, "docs", name);
  const tree = () => fs.readdirSync(docs(), { recursive: true }).map(String).sort();

  beforeAll(async () => {
    sandbox = await openHere();
  });
  afterAll(() => sandbox.dispose());
  beforeEach(() => {
    base = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), "indoors-sealed-staging-")));
    fs.mkdirSync(docs("folder/deep"), { recursive: true });
    fs.mkdirSync(join(base, "private"));
    for (const name of ["a.txt", "b.txt", "folder/in.txt", "folder/deep/x.txt"])
      fs.writeFileSync(docs(name), `${name}\n`);
    grants = [{ name: "docs", path: docs().replace(/\/$/, ""), mode: "rw" }];
    return () => fs.rmSync(base, { recursive: true });
  });

  async function after(script: string): Promise<StagedChanges> {
    const running = await sandbox.start(shell(script, { grants, cwd: docs() }));
    try {
      running.stdin?.end();
      running.stdout?.resume();
      running.stderr?.resume();
      expect(await running.exited).toMatchObject({ code: 0 });
      return await readStaged(running.staged, { folder: join(base, "private") });
    } finally {
      await running.dispose();
    }
  }
  const changesOf = (changes: StagedChanges) => changes.list.map(({ kind, path }) => `${kind} ${path}`);

  it("sees what was written, changed, removed and moved, and writes it after the sandbox is gone", async () => {
    const changes = await after(
      "echo new > new.txt; echo more >> a.txt; rm b.txt; mv folder/in.txt moved.txt; chmod 700 folder",
    );
    expect(changesOf(changes)).toEqual([
      ...["modified docs/a.txt", "deleted docs/b.txt", "deleted docs/folder/in.txt"],
      ...["created docs/moved.txt", "created docs/new.txt"],
    ]);
    expect(tree()).toEqual(["a.txt", "b.txt", "folder", "folder/deep", "folder/deep/x.txt", "folder/in.txt"]);
    expect((await changes.commit()).refused).toEqual([]);
    expect(tree()).toEqual(["a.txt", "folder", "folder/deep", "folder/deep/x.txt", "moved.txt", "new.txt"]);
    expect(fs.readFileSync(docs("a.txt"), "utf8")).toBe("a.txt\nmore\n");
    expect(fs.readFileSync(docs("moved.txt"), "utf8")).toBe("folder/in.txt\n");
  });

  it("sees that a folder was replaced, though Node cannot read the mark of the overlay", async () => {
    const changes = await after("rm -r folder; mkdir folder; echo fresh > folder/fresh.txt");
    expect(changesOf(changes)).toEqual([
      ...["created docs/folder/fresh.txt", "deleted docs/folder/deep/x.txt", "deleted docs/folder/deep/"],
      "deleted docs/folder/in.txt",
    ]);
    expect((await changes.commit()).refused).toEqual([]);
    expect(tree()).toEqual(["a.txt", "b.txt", "folder", "folder/fresh.txt"]);
  });

  it("sees no change where there is none", async () => {
    const changes = await after("cat a.txt > copy; mv copy a.txt; touch b.txt; mkdir gone; rmdir gone");
    expect(changes.list).toEqual([]);
    await changes.discard();
  });

  it("refuses what is hostile in the layer, and follows nothing", async () => {
    const changes = await after(
      "mkdir -p .git/hooks; echo evil > .git/hooks/pre-commit; chmod 4755 a.txt; echo x >> a.txt; chmod 4755 a.txt; mkdir shut; echo x > shut/x; chmod 0 shut; true",
    );
    expect(changes.list.map(({ path, refused }) => [path, refused !== null])).toContainEqual([
      "docs/.git/hooks/pre-commit",
      true,
    ]);
    expect(changes.list.find(({ path }) => path === "docs/a.txt")?.refused).toContain("setuid");
    await changes.commit();
    expect(fs.readFileSync(docs("a.txt"), "utf8")).toBe("a.txt\n");
    expect(tree()).not.toContain(".git");
  });

  it("write_file: the worker writes, the folder is untouched, a person sees the diff, then it is written", async () => {
    const launcher = openToolLauncher({
      sandbox,
      nodePath: process.execPath,
      weights: { ocr: null },
      onFault: (fault, where) => console.warn(where, fault),
      poolSize: 0,
      tools,
      stagingFolder: join(base, "private"),
    });
    try {
      const call = (name: string, mode: string) => ({
        call: { id: "1", tool: "write_file", arguments: { folder: "docs/", name, content: "two\n", mode } },
        grants,
        today: "2026-11-23",
        broker: { searchTranscripts: () => ({ hits: [] }) },
        signal: new AbortController().signal,
      });
      const { outcome, staged } = await launcher.launch(call("a.txt", "append"));
      expect(outcome).toMatchObject({ ok: true, text: "docs/a.txt was added to: 2 lines, 10 bytes." });
      expect(fs.readFileSync(docs("a.txt"), "utf8")).toBe("a.txt\n");
      expect(staged?.list).toMatchObject([
        { path: "docs/a.txt", diff: "@@ -1,1 +1,2 @@\n a.txt\n+two", refused: null },
      ]);
      await staged?.commit();
      expect(fs.readFileSync(docs("a.txt"), "utf8")).toBe("a.txt\ntwo\n");
      const second = await launcher.launch(call("b.txt", "replace"));
      await second.staged?.discard();
      expect(fs.readFileSync(docs("b.txt"), "utf8")).toBe("b.txt\n");
      expect(fs.readdirSync(join(base, "private"))).toEqual([]);
    } finally {
      await launcher.dispose();
    }
  });
});
