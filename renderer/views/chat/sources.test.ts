import { expect, it } from "vitest";
import type { Step } from "../../../src/shared/run.ts";
import { sourcesOf } from "./sources.ts";

const made = (id: string, tool: string, args: Record<string, unknown>, data: unknown, ok = true): Step[] => [
  { kind: "call", call: { id, tool, arguments: args } },
  {
    ...{ kind: "result", callId: id, ms: 1 },
    outcome: ok ? { ok, text: "", data, truncated: false } : { ok: false, code: "tool.failed", text: "" },
  },
];
const grants = [{ name: "docs", path: "/home/dana/docs", mode: "ro" as const }];
const hit = {
  ...{ recordingId: "r1", recordingName: "Visit 4", transcriptId: "t1", segmentId: 7 },
  ...{ startMs: 62_000, endMs: 65_000, text: "two weeks" },
};

it("names files where they lie and places in recordings, each once", () => {
  const steps = [
    ...made("1", "read_file", { file: "docs/a/b.txt" }, {}),
    ...made("2", "read_file", { file: "docs/a/b.txt" }, {}),
    ...made("3", "search_files", { words: "x" }, { results: [{ file: "docs/c.pdf" }, { file: 7 }] }),
    ...made("4", "search_transcripts", { words: "weeks" }, { hits: [hit, hit, { nonsense: true }] }),
  ];
  expect(sourcesOf(steps, grants)).toEqual([
    { kind: "file", shown: "docs/a/b.txt", path: "/home/dana/docs/a/b.txt" },
    { kind: "file", shown: "docs/c.pdf", path: "/home/dana/docs/c.pdf" },
    { kind: "place", transcriptId: "t1", name: "Visit 4", atMs: 62_000 },
  ]);
});

it("leaves out what failed and what reads nothing, and does not guess where a file of an unknown grant lies", () => {
  const steps = [
    ...made("1", "read_file", { file: "docs/a.txt" }, {}, false),
    ...made("2", "calculate", { expression: "1+1" }, { value: 2 }),
    ...made("3", "read_file", { file: "other/a.txt" }, {}),
    ...made("4", "search_transcripts", { words: "weeks" }, "nonsense"),
  ];
  expect(sourcesOf(steps, grants)).toEqual([{ kind: "file", shown: "other/a.txt", path: null }]);
  const windows = [{ name: "Akten", path: "C:\\Users\\d\\Akten", mode: "ro" as const }];
  expect(sourcesOf(made("1", "query_csv", { file: "Akten/x/y.csv" }, {}), windows)).toMatchObject([
    { path: "C:\\Users\\d\\Akten\\x\\y.csv" },
  ]);
});
