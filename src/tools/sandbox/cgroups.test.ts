import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { openCgroups } from "./cgroups.ts";
import { toolLimits } from "./tool-limits.ts";

const cgroups = await openCgroups();
if (cgroups === null) process.stderr.write("skipped: no control group can be made here: they are not tested\n");

it.skipIf(cgroups === null)("holds the limits, and is gone afterwards", async () => {
  const cgroup = await cgroups?.create({ ...toolLimits, processes: 7 });
  const [first = "", ...others] = cgroup?.joinFiles ?? [];
  const folders = [first, ...others].map((file) => dirname(file));
  try {
    const text = folders.map((folder) => {
      const file = join(folder, "pids.max");
      return existsSync(file) ? readFileSync(file, "utf8") : "";
    });
    expect(Number(text.join(""))).toBeGreaterThanOrEqual(7);
    expect(await cgroup?.oomKills()).toBe(0);
  } finally {
    await cgroup?.remove();
  }
  expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
});

it("says that a folder which is no control group is none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "indoors-no-cgroup-"));
  try {
    expect(await openCgroups(folder)).toBeNull();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
