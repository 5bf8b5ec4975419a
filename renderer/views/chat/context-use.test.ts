import { expect, it } from "vitest";
import type { RunView } from "../../../src/shared/host-contract.ts";
import type { Step } from "../../../src/shared/run.ts";
import { contextUse } from "./context-use.ts";

const answer = (promptTokens: number, generatedTokens: number): Step => ({
  ...{ kind: "answer", text: "a" },
  timing: { promptTokens, generatedTokens, evaluatedTokens: 1, firstTokenMs: 1, totalMs: 2 },
});
const run = (steps: Step[], replacedBy: string | null = null): RunView => ({
  ...{ id: "r", conversationId: "c", question: "q", status: "done", model: "m", modelSha256: "0", grants: [], steps },
  ...{ createdAt: "2026-11-23T10:00:00.000Z", replacedBy, contextTokens: 1000 },
});

it("counts what the model read and wrote last, of runs that it still sees", () => {
  expect(contextUse([])).toBeNull();
  expect(contextUse([run([{ kind: "question", text: "q" }])])).toBeNull();
  expect(contextUse([run([answer(100, 20), answer(300, 50)])])).toEqual({ used: 350, of: 1000, share: 0.35 });
  expect(contextUse([run([answer(100, 20)]), run([answer(900, 20)], "x")])?.used).toBe(120);
  // A run that has only begun does not make the meter forget.
  expect(contextUse([run([answer(100, 20)]), run([])])?.used).toBe(120);
  expect(contextUse([run([answer(1900, 20)])])?.share).toBe(1);
});
