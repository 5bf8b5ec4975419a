import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { grantWorld, readGrants, refuseOwnFolder } from "./grant-world.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "indoors-world-"));
  await mkdir(join(folder, "a", "deep"), { recursive: true });
  await mkdir(join(folder, "b", "a"), { recursive: true });
  await writeFile(join(folder, "a", "one.txt"), "1");
  await writeFile(join(folder, "a", "deep", "two.txt"), "2");
  await writeFile(join(folder, "a", ".secret"), "3");
  await symlink("/etc/passwd", join(folder, "a", "link"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("grants get names of their own, and a mode", async () => {
  const grants = await readGrants([join(folder, "a"), `${join(folder, "b", "a")}:rw`]);
  expect(grants).toEqual([
    { name: "a", path: join(folder, "a"), mode: "ro" },
    { name: "a-2", path: join(folder, "b", "a"), mode: "rw" },
  ]);
});

test("what is no folder is refused by name", async () => {
  await expect(readGrants([join(folder, "a", "one.txt")])).rejects.toThrow(/one\.txt is not a folder/);
  await expect(readGrants([join(folder, "nowhere")])).rejects.toThrow(/nowhere is not a folder/);
});

test("the world holds folders and plain files, no hidden ones and no links", async () => {
  const grants = await readGrants([join(folder, "a")]);
  const world = grantWorld({ grants, recordings: () => [], today: "2026-01-01" });
  expect(await world.paths(new AbortController().signal)).toEqual(["a/", "a/deep/", "a/deep/two.txt", "a/one.txt"]);
});

test("the data folder is granted by no name: not itself, not what holds it, not what is in it, not through a link", async () => {
  const own = join(folder, "data");
  await mkdir(join(own, "audit"), { recursive: true });
  await symlink(own, join(folder, "innocent"));
  for (const path of [
    own,
    folder,
    join(own, "audit"),
    join(folder, "innocent"),
    join(folder, "innocent", "audit"),
    "/",
  ]) {
    const refused = refuseOwnFolder([{ name: "x", path, mode: "ro" }], own);
    await expect(refused, path).rejects.toMatchObject({ code: "input.invalid" });
  }
  await refuseOwnFolder([{ name: "x", path: join(folder, "a"), mode: "rw" }], own);
  await mkdir(join(folder, "data-of-mine"));
  await refuseOwnFolder([{ name: "x", path: join(folder, "data-of-mine"), mode: "ro" }], own);
});
