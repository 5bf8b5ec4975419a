import { expect, it } from "vitest";
import type { RunView } from "../../../src/shared/host-contract.ts";
import { shownRuns } from "./shown-runs.ts";

const run = (id: string, replacedBy: string | null = null): RunView => ({
  ...{ id, conversationId: "c", question: "q", status: "done", model: "m", modelSha256: "0", grants: [] },
  ...{ createdAt: "2026-11-23T10:00:00.000Z", replacedBy, contextTokens: 2048, steps: [] },
});
const ids = (runs: readonly RunView[]) =>
  shownRuns(runs).map((shown) => [shown.run.id, shown.earlier.map(({ id }) => id)]);

it.each([
  ["nothing", [], []],
  [
    "in order",
    [run("1"), run("2")],
    [
      ["1", []],
      ["2", []],
    ],
  ],
  [
    "an edit takes away what came after it",
    [run("1"), run("2", "4"), run("3", "4"), run("4")],
    [
      ["1", []],
      ["4", ["2", "3"]],
    ],
  ],
  ["an edit of an edit", [run("1", "2"), run("2", "3"), run("3")], [["3", ["1", "2"]]]],
] as const)("%s", (_what, runs, expected) => {
  expect(ids(runs)).toEqual(expected);
});
