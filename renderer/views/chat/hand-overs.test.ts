import { describe, expect, it } from "vitest";
import type { RunView } from "../../../src/shared/host-contract.ts";
import type { Step } from "../../../src/shared/run.ts";
import { answeringRuns, handsOver, withoutEcho } from "./hand-overs.ts";
import { runParts } from "./run-parts.ts";

const steps = (ok: boolean): Step[] => [
  { kind: "question", text: "Which tickets are open?" },
  { kind: "call", call: { id: "c1", tool: "hand_over", arguments: { agent: "records", task: "List them." } } },
  {
    ...{ kind: "result", callId: "c1", ms: 2 },
    outcome: ok ? { ok, text: "Handed over.", truncated: false } : { ok, code: "tool.denied", text: "Refused." },
  },
  { kind: "answer", text: ok ? "Handed over to Records: List them." : "I could not ask Records." },
];
const kinds = (ok: boolean) => withoutEcho(runParts(steps(ok))).map(({ kind }) => kind);

describe("a hand-over", () => {
  it("is said once", () => {
    expect(kinds(true)).toEqual(["call"]);
    expect(
      runParts(steps(true))
        .filter((part) => part.kind === "call")
        .map(handsOver),
    ).toEqual([true]);
  });

  it("is a call like others when it was refused", () => {
    expect(kinds(false)).toEqual(["call", "answer"]);
    expect(
      runParts(steps(false))
        .filter((part) => part.kind === "call")
        .map(handsOver),
    ).toEqual([false]);
  });

  it("leads to the run that answers, the one that still counts", () => {
    const run = (id: string, handedOverBy: string | null, replacedBy: string | null = null) =>
      ({ id, handedOverBy, replacedBy }) as RunView;
    expect([...answeringRuns([run("a", null), run("b", "a", "c"), run("c", "a"), run("d", "c")])]).toEqual([
      ["a", "c"],
      ["c", "d"],
    ]);
  });
});
