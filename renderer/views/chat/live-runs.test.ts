import { expect, it } from "vitest";
import type { RunView } from "../../../src/shared/host-contract.ts";
import { withStatus, withStep } from "./live-runs.ts";

const run = (id: string): RunView => ({
  ...{ id, conversationId: "c", question: "q", status: "running", model: "m", modelSha256: "0", grants: [], steps: [] },
  ...{ createdAt: "2026-11-23T10:00:00.000Z", replacedBy: null, contextTokens: 1000 },
});

it("adds each step once and ends a run", () => {
  const question = { kind: "question", text: "q" } as const;
  const once = withStep([run("1"), run("2")], "2", 0, question);
  expect(once.map(({ steps }) => steps.length)).toEqual([0, 1]);
  expect(withStep(once, "2", 0, question)).toEqual(once);
  expect(withStep(once, "3", 0, question)).toEqual(once);
  expect(withStatus(once, "2", "done").map(({ status }) => status)).toEqual(["running", "done"]);
});
