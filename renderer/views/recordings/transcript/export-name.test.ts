import { expect, it } from "vitest";
import { exportName } from "./export-name.ts";

it.each([
  ["visit 3.m4a", "visit 3.srt"],
  ["Dr. Meier", "Dr. Meier.srt"],
  ["a/b:c\n?.wav", "a-b-c--.srt"],
  [".wav", "transcript.srt"],
  ["x".repeat(300), `${"x".repeat(180)}.srt`],
])("%j becomes %j", (name, expected) => {
  expect(exportName(name, "srt")).toBe(expected);
});
