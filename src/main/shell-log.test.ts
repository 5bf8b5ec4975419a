import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openShellLog } from "./shell-log.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-shell-log-"));
afterAll(() => rmSync(folder, { recursive: true }));
const lines = (path: string) => readFileSync(path, "utf8").trim().split("\n");

it("adds a line with its time, whatever the line is made of", async () => {
  const path = join(folder, "new", "shell.log");
  for (const words of ["first", "a stack\n  at here\n  at there"]) {
    const log = openShellLog(path);
    log.write(words);
    await log.close();
  }
  expect(lines(path)).toEqual([
    expect.stringMatching(/^20\d\d-.*Z first$/),
    expect.stringMatching(/Z a stack \| at here \| at there$/),
  ]);
  expect(statSync(path).mode & 0o077).toBe(0);
});

it("puts a large one aside, and grows no further than that in one run", async () => {
  const path = join(folder, "shell.log");
  writeFileSync(path, "x".repeat(1024 * 1024 + 1));
  const log = openShellLog(path);
  for (let round = 0; round < 3000; round++) log.write("y".repeat(1000));
  await log.close();
  expect(statSync(`${path}.1`).size).toBe(1024 * 1024 + 1);
  expect(statSync(path).size).toBeLessThan(1024 * 1024 + 2000);
  expect(lines(path).at(-1)).toContain("the log of this run is full");
});

it("a log that cannot be written ends nothing", async () => {
  const log = openShellLog(folder);
  log.write("x");
  await log.close();
});
