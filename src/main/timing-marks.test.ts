import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { timingMarks } from "./timing-marks.ts";

test("each mark is written once; an empty path, as an unset variable may be, is none", () => {
  const folder = mkdtempSync(join(tmpdir(), "indoors-marks-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "marks");
  const mark = timingMarks(file, Date.now() - 50);
  for (const name of ["ready", "shown", "ready"]) mark(name);
  const written = readFileSync(file, "utf8").trimEnd().split("\n");
  expect(written.map((line) => JSON.parse(line))).toEqual([
    { mark: "ready", ms: expect.any(Number) },
    { mark: "shown", ms: expect.any(Number) },
  ]);
  for (const none of ["", undefined]) expect(() => timingMarks(none, 0)("ready")).not.toThrow();
  expect(readdirSync(folder)).toEqual(["marks"]);
});
