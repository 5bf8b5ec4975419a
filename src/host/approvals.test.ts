import { describe, expect, it } from "vitest";
import { type ApprovalAnswer, type ApprovalRequest, approvalRequest } from "../shared/approval.ts";
import { Approvals } from "./approvals.ts";

const question: Omit<ApprovalRequest, "id" | "askedAt"> = {
  runId: "run",
  agent: "assistant",
  about: "call",
  call: { id: "call-1", tool: "run_script", arguments: { code: "1" } },
  effect: "run",
  grants: [],
  level: "A",
  reason: "Rule 3.",
  taint: [],
  changes: [],
  scopes: ["call", "run"],
};
const yes: ApprovalAnswer = { decision: "allow", scope: "call", by: "terminal" };

function start() {
  const requested: ApprovalRequest[] = [];
  const closed: (readonly [string, ApprovalAnswer | null])[] = [];
  const approvals = new Approvals({
    onRequested: (request) => requested.push(request),
    onClosed: ({ id }, answer) => closed.push([id, answer]),
  });
  return { approvals, requested, closed };
}

describe("approvals", () => {
  it("waits for the answer, and tells of the question and of its end", async () => {
    const { approvals, requested, closed } = start();
    const answered = approvals.ask(question, new AbortController().signal);
    const [request] = requested;
    expect(approvalRequest.parse(request)).toEqual(request);
    expect(approvals.list()).toEqual([request]);
    approvals.answer(request!.id, yes);
    expect(await answered).toEqual(yes);
    expect(closed).toEqual([[request!.id, yes]]);
    expect(approvals.list()).toEqual([]);
    expect(() => approvals.answer(request!.id, yes)).toThrow(expect.objectContaining({ code: "not-found" }));
  });

  it("takes no scope that was not offered; a no needs none", async () => {
    const { approvals, requested } = start();
    const answered = approvals.ask(question, new AbortController().signal);
    const id = requested[0]!.id;
    const refused = expect.objectContaining({ code: "input.invalid", message: expect.stringContaining("call, run") });
    expect(() => approvals.answer(id, { ...yes, scope: "always" })).toThrow(refused);
    expect(approvals.list()).toHaveLength(1);
    approvals.answer(id, { ...yes, decision: "deny", scope: "always" });
    expect((await answered).decision).toBe("deny");
  });

  it("goes away with its run, and with the host; others stay", async () => {
    const { approvals, closed } = start();
    const controller = new AbortController();
    const [mine, other] = [
      approvals.ask(question, controller.signal),
      approvals.ask(question, new AbortController().signal),
    ];
    controller.abort();
    await expect(mine).rejects.toMatchObject({ code: "cancelled" });
    expect(approvals.list()).toHaveLength(1);
    approvals.dispose();
    await expect(other).rejects.toMatchObject({ code: "cancelled" });
    expect(closed.map(([, answer]) => answer)).toEqual([null, null]);
    await expect(approvals.ask(question, AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
  });
});
