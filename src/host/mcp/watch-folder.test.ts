import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { watchFolder } from "./watch-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-watch-folder-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether the first look finds too much. */
async function isOver(path: string, bytes: number, files: number): Promise<boolean> {
  const over = Promise.withResolvers<boolean>();
  const stop = watchFolder(path, { bytes, files }, () => over.resolve(true));
  const timer = setTimeout(() => over.resolve(false), 300);
  try {
    return await over.promise;
  } finally {
    clearTimeout(timer);
    stop();
  }
}

it("counts bytes on the disk and files, those in folders too, and follows no link", async () => {
  const [inner, elsewhere] = [join(folder, "a", "inner"), join(folder, "elsewhere")];
  for (const path of [inner, elsewhere]) mkdirSync(path, { recursive: true });
  writeFileSync(join(elsewhere, "large"), Buffer.alloc(4 << 20, 1));
  writeFileSync(join(inner, "one"), Buffer.alloc(1 << 20, 1));
  writeFileSync(join(inner, "holes"), "");
  truncateSync(join(inner, "holes"), 1 << 30);
  symlinkSync(elsewhere, join(inner, "link"));
  symlinkSync(join(folder, "a"), join(inner, "circle"));
  expect(await isOver(join(folder, "a"), 2 << 20, 5)).toBe(false);
  expect(await isOver(join(folder, "a"), 1 << 19, 5)).toBe(true);
  expect(await isOver(join(folder, "a"), 2 << 20, 4)).toBe(true);
  expect(await isOver(join(folder, "nowhere"), 0, 0)).toBe(false);
});
