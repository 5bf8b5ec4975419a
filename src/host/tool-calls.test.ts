import { describe, expect, it } from "vitest";
import { defaultPolicy } from "../agent/policy/default-policy.ts";
import type { ApprovalAnswer, ApprovalRequest } from "../shared/approval.ts";
import type { FileChange } from "../shared/change.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { Policy, PolicyRule } from "../shared/policy.ts";
import type { Decision, Step } from "../shared/run.ts";
import type { Grant, ToolCall, ToolOutcome, ToolSpec } from "../shared/tool.ts";
import type { LaunchFacts } from "../tools/tool-launcher.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";
import { ToolCalls } from "./tool-calls.ts";

const spec = (name: string, effect: ToolSpec["effect"]): ToolSpec => ({
  name,
  description: "",
  arguments: { file: { kind: "path", of: "file", description: "", optional: true } },
  needs: ["grants"],
  effect,
});
const tools = [
  ...[spec("read_file", "read"), spec("write_file", "write"), spec("run_script", "run")],
  { ...spec("records__send", "run"), needs: ["server"] as const, server: { name: "records", grants: [] } },
];
const grants: readonly Grant[] = [
  { name: "docs", path: "/nowhere/docs", mode: "rw" },
  { name: "mail", path: "/nowhere/mail", mode: "ro" },
];
const change = (path: string, refused: string | null = null): FileChange => ({
  ...{ path, kind: "created", bytesBefore: null, bytesAfter: 5, sha256After: "00", diff: "+hello", refused },
});
const allowing: Policy = { version: 1, minimumLevel: "B", rules: [{ verdict: "allow" }] };
const yes = (scope: ApprovalAnswer["scope"] = "call"): ApprovalAnswer => ({ decision: "allow", scope, by: "terminal" });
const no: ApprovalAnswer = { decision: "deny", scope: "call", by: "terminal" };
const done: ToolOutcome = { ok: true, text: "done", truncated: false };

interface Setup {
  readonly policy?: Policy | IndoorsError;
  readonly answers?: readonly ApprovalAnswer[];
  readonly changes?: readonly FileChange[];
  readonly outcome?: ToolOutcome | Error;
  readonly notWritten?: readonly string[];
  readonly level?: "A" | "D";
  readonly grants?: readonly Grant[];
}

/** A run whose worker is played; everything around the worker is real. */
function start(setup: Setup = {}) {
  const answers = [...(setup.answers ?? [])];
  const asked: ApprovalRequest[] = [];
  const happened: string[] = [];
  const launchedWith: (readonly Grant[])[] = [];
  const decisions: Decision[] = [];
  const steps: Step[] = [];
  const audit = new MemoryAudit();
  let policy = setup.policy ?? defaultPolicy;
  const controller = new AbortController();
  const calls = new ToolCalls({
    ...{
      runId: "run",
      agent: "assistant",
      grants: setup.grants ?? grants,
      tools,
      audit,
      steps: () => steps,
      names: () => [],
    },
    policy: {
      async read() {
        if (policy instanceof IndoorsError) throw policy;
        return policy;
      },
      async addOnTop(rules: readonly PolicyRule[]) {
        if (policy instanceof IndoorsError) throw policy;
        policy = { ...policy, rules: [...rules, ...policy.rules] };
      },
    },
    approvals: {
      async ask(question) {
        asked.push({ ...question, id: "a", askedAt: "2026-11-23T00:00:00.000Z" });
        happened.push(`asked about ${question.about}`);
        const answer = answers.shift();
        if (answer === undefined) throw new Error("nobody was to be asked");
        return answer;
      },
    },
    sandbox: () => ({ level: setup.level ?? "A", launcher: "bubblewrap", probeId: "probe" }),
    async launch(call, touched) {
      happened.push(`ran ${call.tool}`);
      launchedWith.push(touched);
      if (setup.outcome instanceof Error) throw setup.outcome;
      const list = setup.changes ?? [];
      const staged = {
        list,
        async commit() {
          happened.push("wrote");
          const refused = setup.notWritten ?? [];
          return {
            written: list
              .filter((one) => one.refused === null)
              .map(({ path }) => path)
              .slice(refused.length),
            refused,
          };
        },
        async discard() {
          happened.push("discarded");
        },
      };
      const facts: LaunchFacts = {
        ...{ level: "A", probeId: "probe", launcher: "bubblewrap", image: null, warm: false, startMs: 1, runMs: 1 },
        ...{ exitCode: 0, limit: null, outputBytes: 4 },
      };
      return { outcome: setup.outcome ?? done, staged: list.length === 0 ? null : staged, facts };
    },
    onDecision: (_id, decision) => decisions.push(decision),
  });
  let count = 0;
  return {
    ...{ asked, happened, launchedWith, decisions, audit, calls, controller, steps },
    get policy() {
      return policy as Policy;
    },
    /** As the loop does it: decide, then run what is allowed. */
    async call(tool: string, args: ToolCall["arguments"] = { file: "docs/a.txt" }) {
      const call = { id: `call-${++count}`, tool, arguments: args };
      steps.push({ kind: "call", call });
      const decision = await calls.decide(call, controller.signal);
      const outcome = decision.decision === "allow" ? await calls.run(call, controller.signal) : undefined;
      if (outcome !== undefined) steps.push({ kind: "result", callId: call.id, outcome, ms: 1 });
      return { decision, outcome };
    },
  };
}

describe("reading", () => {
  it("runs without a question, with the touched grant only, between two rows that hold no content", async () => {
    const run = start();
    const { decision, outcome } = await run.call("read_file", { file: "docs/secret plan.txt" });
    expect(decision).toMatchObject({ decision: "allow", verdict: "allow", rule: 0, level: "A" });
    expect(outcome).toEqual(done);
    expect(run.launchedWith).toEqual([[grants[0]]]);
    expect(run.audit.story).toEqual(["intent tool.call", "outcome tool.call ok"]);
    const [intent, ended] = run.audit.rows;
    expect(intent!.facts).toMatchObject({ effect: "read", verdict: "allow", rule: 0, level: "A", probeId: "probe" });
    expect(intent!.facts["policy"]).toMatch(/^[0-9a-f]{64}$/);
    expect(intent!.facts).toMatchObject({ grants: 1, modes: "rw", arguments: "file:22" });
    expect(ended!.facts).toMatchObject({ ok: true, outputBytes: 4, limit: null });
    expect(JSON.stringify(run.audit.rows.map(({ facts }) => facts))).not.toContain("secret");
    expect(intent!.content["arguments"]).toContain("secret plan");
  });

  it("is refused by a rule, and that is a row; nothing runs", async () => {
    const run = start({ policy: { version: 1, minimumLevel: "B", rules: [] } });
    const { decision } = await run.call("read_file");
    expect(decision).toMatchObject({ decision: "deny", reason: "No rule of the policy lists read_file in docs." });
    expect([run.happened, run.audit.story]).toEqual([[], ["event tool.refused"]]);
  });

  it("is refused below the minimum level, and when the policy cannot be read: the reason says which", async () => {
    const weak = start({ policy: allowing, level: "D" });
    expect((await weak.call("read_file")).decision.reason).toContain("on this machine it is at level D");
    const broken = start({ policy: new IndoorsError("policy.invalid", "Line 3 is wrong.") });
    expect((await broken.call("read_file")).decision).toMatchObject({ decision: "deny", reason: "Line 3 is wrong." });
    expect([weak.happened, broken.happened]).toEqual([[], []]);
    expect(broken.audit.story).toEqual(["event tool.refused"]);
  });
});

describe("writing", () => {
  const changes = [change("docs/a.txt")];
  it("is prepared first; the diff is asked about before anything is written", async () => {
    const run = start({ changes, answers: [yes()] });
    const { decision, outcome } = await run.call("write_file");
    expect(decision).toMatchObject({ decision: "allow", verdict: "ask", rule: 1 });
    expect(outcome).toEqual(done);
    expect(run.happened).toEqual(["ran write_file", "asked about changes", "wrote", "discarded"]);
    expect(run.asked[0]).toMatchObject({ changes, grants: [grants[0]], scopes: ["call", "run", "always"] });
    expect(run.decisions).toMatchObject([{ decision: "allow", about: "changes", by: "terminal", scope: "call" }]);
    expect(run.audit.story).toEqual([
      ...["intent tool.call", "outcome tool.call ok", "event approval"],
      ...["intent changes.write", "outcome changes.write ok"],
    ]);
  });

  it("a no discards it, and the model hears that it was not allowed", async () => {
    const run = start({ changes, answers: [no] });
    const { outcome } = await run.call("write_file");
    expect(outcome).toMatchObject({ ok: false, code: "tool.denied" });
    expect(run.happened).toEqual(["ran write_file", "asked about changes", "discarded"]);
    expect(run.decisions).toMatchObject([{ decision: "deny", about: "changes", by: "terminal" }]);
    expect(run.audit.story.slice(2)).toEqual(["event approval", "event tool.refused"]);
  });

  it("a protected path is never written, whoever allows; all of them: nobody is even asked", async () => {
    const hook = change("docs/.git/hooks/pre-commit", "it would run as a program");
    const some = start({ changes: [hook, ...changes], answers: [yes()] });
    const { outcome } = await some.call("write_file");
    expect(outcome).toMatchObject({
      ok: true,
      text: expect.stringContaining("pre-commit was not written: it would run"),
    });
    expect(some.audit.story).toContain("event tool.refused");
    const all = start({ policy: allowing, changes: [hook] });
    expect((await all.call("write_file")).outcome).toMatchObject({ ok: false, code: "tool.denied" });
    expect(all.happened).toEqual(["ran write_file", "discarded"]);
  });

  it("what could not be written after all is said", async () => {
    const run = start({ policy: allowing, changes, notWritten: ["docs/a.txt was changed meanwhile."] });
    expect((await run.call("write_file")).outcome).toMatchObject({
      ok: false,
      text: "docs/a.txt was changed meanwhile.",
    });
  });

  it("nothing of a failed call is kept", async () => {
    const run = start({ policy: allowing, changes, outcome: { ok: false, code: "tool.failed", text: "Disk full." } });
    expect((await run.call("write_file")).outcome).toMatchObject({
      ok: false,
      text: expect.stringContaining("nothing"),
    });
    expect(run.happened).toEqual(["ran write_file", "discarded"]);
  });
});

describe("running a script", () => {
  it("is asked about before it runs, and what it changed is asked about again", async () => {
    const run = start({ changes: [change("docs/out.csv")], answers: [yes(), yes()] });
    const { outcome } = await run.call("run_script", { code: "x" });
    expect(run.happened).toEqual(["asked about call", "ran run_script", "asked about changes", "wrote", "discarded"]);
    expect(outcome).toMatchObject({ text: "done\nWritten: docs/out.csv" });
    expect(run.asked[0]).toMatchObject({ call: { arguments: { code: "x" } }, changes: [], grants });
  });

  it("a no to its changes keeps what it printed", async () => {
    const run = start({ changes: [change("docs/out.csv")], answers: [yes(), no] });
    const { outcome } = await run.call("run_script", { code: "x" });
    expect(outcome).toMatchObject({ ok: true, text: expect.stringMatching(/^done\nThe change was not allowed/) });
    expect(run.happened).not.toContain("wrote");
  });

  it("its changes are judged as writing: a rule can let scripts run and write nothing", async () => {
    const rules: PolicyRule[] = [
      { tool: "effect:write", verdict: "deny" },
      { tool: "run_script", verdict: "allow" },
    ];
    const run = start({ policy: { ...allowing, rules }, changes: [change("docs/out.csv")] });
    await run.call("run_script", { code: "x" });
    expect(run.happened).toEqual(["ran run_script", "discarded"]);
  });
});

it("a tool of a server is refused by a rule about its server, and runs without one", async () => {
  const refusing: Policy = { ...allowing, rules: [{ tool: "server:records", verdict: "deny" }, ...allowing.rules] };
  const refused = start({ policy: refusing });
  expect((await refused.call("records__send", {})).decision).toMatchObject({ decision: "deny", rule: 0 });
  expect(refused.happened).toEqual([]);
  const control = start({ policy: allowing });
  await control.call("records__send", {});
  expect(control.happened).toEqual(["ran records__send"]);
});

describe("how far a yes goes", () => {
  it("for the run: the same tool in the same folders is not asked again, others are", async () => {
    const run = start({ answers: [yes("run"), yes("run"), no] });
    await run.call("run_script", { code: "1" });
    // The script's output is content of others: what was allowed before it does not hold after it.
    await run.call("run_script", { code: "2" });
    await run.call("run_script", { code: "3" });
    expect(run.asked).toHaveLength(2);
    await run.call("run_script", { file: "docs/a.txt" });
    expect(run.asked).toHaveLength(3);
  });

  it("a yes to running is none to writing", async () => {
    const run = start({ changes: [change("docs/out.csv")], answers: [yes("run"), no] });
    await run.call("run_script", { code: "1" });
    expect(run.asked.map(({ about }) => about)).toEqual(["call", "changes"]);
  });

  it("always: one rule on top for this agent, tool and folder, recorded; it holds at once", async () => {
    const run = start({ changes: [change("docs/a.txt")], answers: [yes("always")] });
    await run.call("write_file");
    expect(run.policy.rules[0]).toMatchObject({ agent: "assistant", tool: "write_file", grant: "/nowhere/docs" });
    expect(run.audit.story).toEqual(expect.arrayContaining(["intent policy.change", "outcome policy.change ok"]));
    const { decision } = await run.call("write_file");
    expect(decision).toMatchObject({ verdict: "allow", rule: 0 });
    expect(run.asked).toHaveLength(1);
  });

  it("after content of others was read, an always is asked again, and cannot be given again", async () => {
    const run = start({ changes: [change("docs/a.txt")], answers: [yes("always"), yes("run")] });
    await run.call("write_file");
    run.steps.push({ kind: "call", call: { id: "r", tool: "read_file", arguments: { file: "mail/evil.txt" } } });
    run.steps.push({ kind: "result", callId: "r", outcome: done, ms: 1 });
    await run.call("write_file");
    expect(run.asked[1]).toMatchObject({ taint: ["read_file mail/evil.txt"], scopes: ["call", "run"] });
    expect(run.asked[1]!.reason).toContain("read_file mail/evil.txt");
    // Given after the taint, a yes for the run stands.
    await run.call("write_file");
    expect(run.asked).toHaveLength(2);
  });

  it("a call that touches no folder has no always: it would be one for all", async () => {
    const run = start({ grants: [], answers: [no] });
    await run.call("run_script", { code: "1" });
    expect(run.asked[0]!.scopes).toEqual(["call", "run"]);
  });
});

describe("the audit log", () => {
  it.each([
    [0, []],
    [1, ["ran read_file"]],
  ])("is full after %i rows: the call does not go on", async (failAt, happened) => {
    const run = start({ policy: allowing });
    run.audit.failAt = failAt;
    expect((await run.call("read_file")).outcome).toMatchObject({ ok: false, code: "audit.unwritable" });
    expect(run.happened).toEqual(happened);
  });

  it("no row for the answer, no yes; no row for the writing, nothing written", async () => {
    const answer = start({ answers: [yes()] });
    answer.audit.failAt = 0;
    await expect(answer.call("run_script", {})).rejects.toMatchObject({ code: "audit.unwritable" });
    expect(answer.happened).toEqual(["asked about call"]);
    const write = start({ policy: allowing, changes: [change("docs/a.txt")] });
    write.audit.failAt = 2;
    expect((await write.call("write_file")).outcome).toMatchObject({ code: "audit.unwritable" });
    expect(write.happened).toEqual(["ran write_file", "discarded"]);
    const refusal = start({ policy: { ...allowing, rules: [] } });
    refusal.audit.failAt = 0;
    await expect(refusal.call("read_file")).rejects.toMatchObject({ code: "audit.unwritable" });
  });

  it("a cancelled call has its outcome, and so has one that could not be started", async () => {
    const cancelled = start({ outcome: new IndoorsError("cancelled") });
    await expect(cancelled.call("read_file")).rejects.toMatchObject({ code: "cancelled" });
    expect(cancelled.audit.story).toEqual(["intent tool.call", "outcome tool.call cancelled"]);
    const none = start({ outcome: new IndoorsError("sandbox.unavailable", "No bubblewrap.") });
    expect((await none.call("read_file")).outcome).toEqual({
      ...{ ok: false, code: "sandbox.unavailable", text: "No bubblewrap." },
    });
    expect(none.audit.story).toEqual(["intent tool.call", "outcome tool.call failed"]);
  });
});
