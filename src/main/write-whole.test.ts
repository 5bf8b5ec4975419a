import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { writeWhole } from "./write-whole.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-write-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("writes over what was there, and leaves nothing else", async () => {
  const path = join(folder, "a.txt");
  writeFileSync(path, "before");
  await writeWhole(path, "after");
  expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["after", ["a.txt"]]);
});

it("says why not, and leaves nothing", async () => {
  mkdirSync(join(folder, "taken"));
  await expect(writeWhole(join(folder, "taken"), "x")).rejects.toMatchObject({ code: "input.invalid" });
  await expect(writeWhole(join(folder, "gone", "a.txt"), "x")).rejects.toThrow(/was not written: .*gone/);
  expect(readdirSync(folder)).toEqual(["a.txt", "taken"]);
});
