import { describe, expect, it } from "vitest";
import type { ApprovalAnswer, ApprovalRequest } from "../shared/approval.ts";
import type { RunView } from "../shared/host-contract.ts";
import type { Step } from "../shared/run.ts";
import { askAgent } from "./ask.ts";
import type { Approver } from "./approver.ts";
import type { CommandContext, HostClient } from "./command.ts";
import type { Terminal } from "./terminal.ts";

const answer = (text: string): Step => ({ kind: "answer", text });
const run = (id: string, agent: string, handedOverBy: string | null, steps: Step[]): RunView => ({
  ...{ id, conversationId: "c", question: "", status: "done", agent, handedOverBy, model: "m", modelSha256: "00" },
  ...{ grants: [], contextTokens: 1, steps, createdAt: "", replacedBy: null },
});
const approval = (id: string, runId: string) => ({ id, runId }) as ApprovalRequest;

/**
 * A host that plays one question: `assistant` answers or hands over to `records`, who asks for approval; and beside it
 * a run of somebody else, who asks too. Events of the second run come before anybody can know of it.
 */
function play(handsOver: boolean) {
  const first = run("first", "assistant", null, [answer(handsOver ? "Handed over to Records: Look." : "Yes.")]);
  const second = run("second", "records", "first", [answer("Found.")]);
  const stranger = run("stranger", "assistant", null, []);
  const listeners = new Map<string, (event: never) => void>();
  const emit = (event: string, payload: unknown) => listeners.get(event)?.(payload as never);
  const answered: string[] = [];
  const cancelled: string[] = [];
  const call = async (method: string, params: { readonly id: string }): Promise<unknown> => {
    await Promise.resolve();
    switch (method) {
      case "runs.start":
        emit("run.step", { runId: "first", seq: 0, step: first.steps[0] });
        emit("approval.requested", approval("of-stranger", "stranger"));
        emit("run.ended", { runId: "first" });
        if (handsOver) {
          emit("run.step", { runId: "second", seq: 0, step: { kind: "question", text: "Look." } });
          emit("approval.requested", approval("of-second", "second"));
        }
        return { runId: "first", conversationId: "c" };
      case "runs.get":
        return { first, second, stranger }[params.id];
      case "conversations.get":
        return { runs: handsOver ? [first, second, stranger] : [first, stranger] };
      case "approvals.answer":
        answered.push(params.id);
        emit("run.step", { runId: "second", seq: 1, step: second.steps[0] });
        emit("run.ended", { runId: "second" });
        return {};
      case "runs.cancel":
        cancelled.push(params.id);
        emit("run.ended", { runId: params.id });
        return {};
      default:
        throw new Error(method);
    }
  };
  const on = (event: string, listener: (payload: never) => void) => {
    listeners.set(event, listener);
    return () => void listeners.delete(event);
  };
  const printed: string[] = [];
  const terminal = { print: (line = "") => void printed.push(line), progress: () => {}, say: () => {} };
  const stop = new AbortController();
  const context = { terminal: terminal as unknown as Terminal, signal: stop.signal, text: () => undefined };
  const ask = (approver: Approver["answer"]) =>
    askAgent(
      { call, on } as unknown as HostClient,
      { question: "?", agent: "assistant", model: null, grants: [] },
      context as unknown as CommandContext,
      { answer: approver, fill: async () => ({ action: "decline" }), dispose: () => {} },
    );
  return { ask, answered, cancelled, printed, listeners, stop };
}

const yes = async (): Promise<ApprovalAnswer> => ({ decision: "allow", scope: "call", by: "terminal" });

describe("asking from the terminal", () => {
  it("follows a question that was handed over to its answer, and answers for nobody else", async () => {
    const host = play(true);
    expect((await host.ask(yes)).map(({ id }) => id)).toEqual(["first", "second"]);
    expect(host.answered).toEqual(["of-second"]);
    expect(host.printed).toEqual([...["Answer: Handed over to Records: Look.", "Question: Look.", "Answer: Found."]]);
    expect(host.listeners.size).toBe(0);
  });

  it("ends with the first run when nothing was handed over", async () => {
    const host = play(false);
    expect((await host.ask(yes)).map(({ id }) => id)).toEqual(["first"]);
    expect(host.answered).toEqual([]);
  });

  it("stops the run that is under way when it is interrupted, also the second one", async () => {
    const host = play(true);
    const asked = host.ask(async () => {
      host.stop.abort();
      return await new Promise(() => {});
    });
    await expect(asked).rejects.toMatchObject({ code: "cancelled" });
    expect(host.cancelled).toEqual(["second"]);
  });
});
