import { expect, it } from "vitest";
import type { Step } from "../../../src/shared/run.ts";
import { doingOf, runParts } from "./run-parts.ts";

const call = (id: string, tool = "read_file"): Step => ({ kind: "call", call: { id, tool, arguments: { file: "a" } } });
const allow = (callId: string, about: "call" | "changes" = "call"): Step => ({
  ...{ kind: "decision", callId, decision: "allow", reason: "Rule 1.", about, rule: 0 },
});
const result = (callId: string): Step => ({
  ...{ kind: "result", callId, ms: 12, outcome: { ok: true, text: "x", truncated: false } },
});
const question: Step = { kind: "question", text: "What?" };

it("puts a call together with its decisions and its result, in the order of the calls", () => {
  const steps = [
    question,
    call("1"),
    allow("1"),
    call("2", "write_file"),
    allow("2"),
    allow("2", "changes"),
    result("2"),
  ];
  const parts = runParts([...steps, result("1"), { kind: "answer", text: "That." }]);
  expect(parts.map(({ kind }) => kind)).toEqual(["call", "call", "answer"]);
  expect(parts[0]).toMatchObject({ call: { id: "1" }, decisions: [{ about: "call" }], result: { ms: 12 } });
  expect(parts[1]).toMatchObject({ call: { id: "2" }, decisions: [{ about: "call" }, { about: "changes" }] });
});

it("keeps what the model wrote in vain, what left its view, and why it stopped", () => {
  const parts = runParts([
    question,
    { kind: "malformed", text: "{", error: "not JSON" },
    { kind: "compacted", callIds: ["1", "2"] },
    { kind: "stopped", reason: "cancelled", message: "Cancelled." },
  ]);
  expect(parts).toEqual([
    { kind: "malformed", text: "{", error: "not JSON" },
    { kind: "compacted", count: 2 },
    { kind: "stopped", reason: "cancelled", message: "Cancelled." },
  ]);
});

it.each([
  [[], { what: "loading" }],
  [[question], { what: "reading" }],
  [[question, call("1")], { what: "deciding", tool: "read_file", callId: "1" }],
  [[question, call("1"), allow("1")], { what: "running", tool: "read_file" }],
  [[question, call("1"), allow("1"), result("1")], { what: "reading-result", tool: "read_file" }],
  [
    [question, call("1"), allow("1"), result("1"), { kind: "compacted", callIds: ["1"] } as Step],
    { what: "reading-result" },
  ],
  [[question, { kind: "malformed", text: "", error: "" } as Step], { what: "again" }],
] as const)("%j: %o", (steps, expected) => {
  expect(doingOf(steps)).toMatchObject(expected);
});
