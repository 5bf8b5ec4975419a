import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { removeLeftovers } from "./temporary-folders.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-leftovers-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("removes what dead hosts left, and nothing else", async () => {
  const dead = spawnSync("/bin/true").pid;
  const old = new Date(Date.now() - 2 * 3_600_000);
  const elsewhere = join(folder, "elsewhere");
  for (const name of [`${dead}-old`, `${process.pid}-alive`]) {
    const path = join(folder, `indoors-sealed-${name}`);
    mkdirSync(path);
    writeFileSync(join(path, "left.txt"), "left");
    utimesSync(path, old, old);
  }
  mkdirSync(join(folder, `indoors-sealed-${dead}-new`));
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(folder, `indoors-sealed-${dead}-link`));
  await removeLeftovers(folder);
  expect(readdirSync(folder).toSorted()).toEqual(
    [
      "elsewhere",
      ...[`${process.pid}-alive`, `${dead}-link`, `${dead}-new`].map((name) => `indoors-sealed-${name}`),
    ].toSorted(),
  );
});
