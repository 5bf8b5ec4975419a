import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ObeyingModel } from "../agent/testing/obeying-model.ts";
import type { ApprovalAnswer, ApprovalRequest, ApprovalScope } from "../shared/approval.ts";
import type { InstalledModel } from "../shared/model.ts";
import type { PolicyRule } from "../shared/policy.ts";
import type { RunStatus } from "../shared/run.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import type { ToolSpec } from "../shared/tool.ts";
import { getAgent, putAgent } from "../store/agents.ts";
import { listRuns } from "../store/runs.ts";
import { freshStore } from "../store/testing/fresh-store.ts";
import type { LaunchFacts, ToolRequest } from "../tools/tool-launcher.ts";
import { AgentRuns } from "./agent-runs.ts";
import { Approvals } from "./approvals.ts";
import { handOverTool } from "./hand-over.ts";
import { openPolicyFile } from "./policy-file.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";
import { noServers } from "./testing/no-servers.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-handover-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const models = ["small", "large"].map((name) => ({ name, sha256: name, role: "chat" }) as InstalledModel);
const path = { kind: "path", of: "file", description: "" } as const;
const readFile: ToolSpec = {
  ...{ name: "read_file", description: "", arguments: { path }, needs: ["grants"], effect: "read" },
};
const runScript: ToolSpec = {
  ...{ name: "run_script", description: "", needs: ["grants"], effect: "run" },
  arguments: { code: { kind: "text", maxLength: 100, description: "" } },
};
const report = { level: "A", launcher: "bubblewrap", probeId: "probe" } as SandboxReport;
const facts: LaunchFacts = {
  ...{ level: "A", probeId: "probe", launcher: "bubblewrap", image: null, warm: false, startMs: 1, runMs: 1 },
  ...{ exitCode: 0, limit: null, outputBytes: 4 },
};
const call = (tool: string, args: Record<string, unknown>) => `call ${tool} ${JSON.stringify(args)}`;
const handTo = (agent: string, task: string) => call(handOverTool, { agent, task });
const script = call("run_script", { code: "1" });
const allowAll: readonly PolicyRule[] = [{ verdict: "allow" }];

/**
 * Real runs, store, policy file, approvals and agents: assistant and records, who hand over to each other, and lab, to
 * whom both do. The models do whatever they are told; the workers are played.
 */
async function start(answer: (asked: ApprovalRequest) => ApprovalScope | "no", rules?: readonly PolicyRule[]) {
  const data = mkdtempSync(join(folder, "data-"));
  const docs = join(data, "docs");
  mkdirSync(docs);
  const store = freshStore();
  const { writer, reader } = store;
  for (const id of ["records", "lab"]) {
    putAgent(writer, {
      id,
      title: id.toUpperCase(),
      purpose: "",
      prompt: `You are ${id}.`,
      model: null,
      handOverTo: [],
    });
  }
  const others = (id: string, ...to: string[]) => putAgent(writer, { ...getAgent(reader, id), handOverTo: to });
  others("assistant", "records", "lab");
  others("records", "assistant", "lab");
  const policy = await openPolicyFile(data);
  if (rules !== undefined) await policy.change((before) => ({ ...before, rules: [...rules] }));
  const audit = new MemoryAudit();
  const requests: ToolRequest[] = [];
  const asked: ApprovalRequest[] = [];
  const approvals = new Approvals({
    onRequested(request) {
      asked.push(request);
      const scope = answer(request);
      const given: ApprovalAnswer =
        scope === "no" ? { decision: "deny", scope: "call", by: "Ann" } : { decision: "allow", scope, by: "Ann" };
      queueMicrotask(() => approvals.answer(request.id, given));
    },
    onClosed: () => {},
  });
  const prompts: { readonly model: string; readonly shown: () => string; readonly offered: readonly string[] }[] = [];
  const endings: { readonly id: string; readonly status: RunStatus }[] = [];
  let onEnd = () => {};
  const runs = new AgentRuns({
    servers: noServers,
    ...{ store, audit, approvals, policy },
    library: {
      choose: async (_role, name) => models.find((model) => model.name === (name ?? "small"))!,
      named: (name) => models.find((model) => model.name === name)!,
    },
    slot: {
      async borrow({ name }) {
        const model = new ObeyingModel();
        const offered: string[] = [];
        prompts.push({ model: name, shown: () => model.shown, offered });
        const generate: ObeyingModel["generate"] = (request) => {
          offered.splice(0, Infinity, ...(request.tools ?? []).map((tool) => JSON.stringify(tool)));
          return model.generate(request);
        };
        return { model: Object.assign(Object.create(model) as ObeyingModel, { generate }), giveBack: () => {} };
      },
    },
    sealedTools: async () => ({
      specs: [readFile, runScript],
      report: () => report,
      prepare: () => {},
      async launch(request) {
        requests.push(request);
        return { outcome: { ok: true, text: "a letter", truncated: false }, staged: null, facts };
      },
    }),
    checkGrants: async () => {},
    ...{ contextTokens: 4096, onAsked: () => {}, onStep: () => {}, onText: () => {}, onLog: () => {} },
    onEnded(id, status) {
      endings.push({ id, status });
      onEnd();
    },
  });
  const request = { model: null, device: "auto", replaces: null } as const;
  const began = { conversationId: null as string | null };
  return {
    ...{ store, runs, audit, requests, asked, prompts, policy },
    /** Asks, waits until `count` runs have ended, and returns all runs of the conversation. */
    async ask(question: string, count: number, more: { readonly agent?: string; readonly model?: string } = {}) {
      const enough = Promise.withResolvers<void>();
      const before = endings.length;
      onEnd = () => endings.length - before >= count && enough.resolve();
      const grants = [{ name: "docs", path: docs, mode: "rw" as const }];
      const { conversationId } = await runs.start({
        ...{ ...request, question: `Please ${question}`, agent: "assistant", grants, ...began, ...more },
      });
      began.conversationId = conversationId;
      await enough.promise;
      await runs.dispose();
      return listRuns(reader, conversationId).map(({ id }) => runs.get(id));
    },
  };
}

const always = () => "call" as const;

describe("handing over", () => {
  it("ends the run with whom it asked, and begins one of the other agent in the same conversation", async () => {
    const house = await start(always);
    const [first, second, ...more] = await house.ask(handTo("records", "Find the letter."), 2);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ agent: "assistant", handedOverBy: null, status: "done" });
    expect(first!.steps.at(-1)).toEqual({ kind: "answer", text: "Handed over to RECORDS: Find the letter." });
    expect(second).toMatchObject({
      ...{ agent: "records", handedOverBy: first!.id, question: "Find the letter.", grants: [], status: "done" },
    });
    expect(house.asked.map(({ agent, call: made }) => [agent, made.tool])).toEqual([["assistant", handOverTool]]);
    expect(house.audit.story).toEqual([
      ...["event run.start", "event approval", "intent tool.call", "event run.handover", "outcome tool.call ok"],
      "event run.start",
    ]);
    expect(house.audit.rows[3]!.facts).toMatchObject({ from: "assistant", to: "records", tainted: false });
    expect(JSON.stringify(house.audit.rows.map((row) => row.facts))).not.toContain("Find the letter");
  });

  it("shows the other agent its own prompt and the task, and nothing of what was said before", async () => {
    const house = await start(always);
    await house.ask(`remember the word elephant, then ${handTo("records", "Find the letter.")}`, 2);
    const [first, second] = house.prompts;
    expect(first!.shown()).toContain("elephant");
    expect(first!.shown()).not.toContain("You are records.");
    expect(second!.shown()).toContain("You are records.");
    expect(second!.shown()).toContain("Find the letter.");
    expect(second!.shown()).not.toContain("elephant");
  });

  it("is not offered to an agent that has nobody, and does not happen when it is refused", async () => {
    const house = await start(() => "no");
    const [first, ...more] = await house.ask(handTo("records", "Find it."), 1);
    expect(more).toEqual([]);
    expect(first!.steps.findLast((step) => step.kind === "answer")).not.toMatchObject({
      text: expect.stringContaining("Handed over"),
    });
    expect(house.audit.story).not.toContain("event run.handover");
    expect(house.prompts[0]!.offered.join()).toContain(handOverTool);
    const alone = await start(always);
    await alone.ask(handTo("records", "Find it."), 1, { agent: "lab" });
    expect(alone.prompts[0]!.offered.join()).not.toContain(handOverTool);
  });

  it("uses the other agent's model, or else the one that is loaded", async () => {
    const house = await start(always);
    await house.ask(handTo("records", "Find it."), 2, { model: "large" });
    expect(house.prompts.map(({ model }) => model)).toEqual(["large", "large"]);
    const other = await start(always);
    putAgent(other.store.writer, { ...getAgent(other.store.reader, "records"), model: "large" });
    await other.ask(handTo("records", "Find it."), 2);
    expect(other.prompts.map(({ model }) => model)).toEqual(["small", "large"]);
  });

  it("never goes back to one that had the question, nor further than three times", async () => {
    const house = await start(always, allowAll);
    const chain = await house.ask(handTo("records", `Please ${handTo("assistant", "Back to you.")}`), 2);
    expect(chain.map(({ agent }) => agent)).toEqual(["assistant", "records"]);
    expect(house.prompts[1]!.offered.join()).toContain('"lab"');
    expect(house.prompts[1]!.offered.join()).not.toContain('"assistant"');

    const long = await start(always, allowAll);
    const ids = ["records", "lab", "c", "d"];
    for (const [index, id] of ids.entries()) {
      const next = ids[index + 1];
      const to = next === undefined ? [] : [next];
      putAgent(long.store.writer, { id, title: id, purpose: "", prompt: "", model: null, handOverTo: [] });
      if (to.length > 0) putAgent(long.store.writer, { ...getAgent(long.store.reader, id), handOverTo: to });
    }
    const task = ids.toReversed().reduce((inner, id) => `Please ${handTo(id, inner)}`, "Look.");
    const runs = await long.ask(task.replace("Please ", ""), 4);
    expect(runs.map(({ agent }) => agent)).toEqual(["assistant", "records", "lab", "c"]);
    expect(long.prompts[3]!.offered.join()).not.toContain(handOverTool);
  });

  it("says so when the row cannot be written, and hands nothing over", async () => {
    const house = await start(always);
    house.audit.failAt = 3;
    const [first, ...more] = await house.ask(handTo("records", "Find it."), 1);
    expect(more).toEqual([]);
    expect(first!.steps.at(-1)).toMatchObject({ kind: "stopped", reason: "audit" });
  });
});

describe("what does not go along", () => {
  it("the folders: the other agent's worker is given none", async () => {
    const house = await start(always);
    await house.ask(`${script} and ${handTo("records", `Please ${script}`)}`, 2);
    expect(house.requests.map(({ grants }) => grants.length)).toEqual([1, 0]);
  });

  it("a yes for the rest of the run: the first agent is not asked twice, the second is", async () => {
    const house = await start(({ call: made }) => (made.tool === "run_script" ? "run" : "call"));
    const twice = `${script} and ${call("run_script", { code: "2" })}`;
    await house.ask(`${twice} and ${handTo("records", `Please ${call("run_script", { code: "3" })}`)}`, 2);
    const scripts = house.asked.filter(({ call: made }) => made.tool === "run_script");
    // The script's output taints, so a yes from before it does not hold after it; the second one does.
    expect(scripts.map(({ agent, call: made }) => [agent, made.arguments["code"]])).toEqual([
      ["assistant", "1"],
      ["assistant", "2"],
      ["records", "3"],
    ]);
    const control = await start(({ call: made }) => (made.tool === "run_script" ? "run" : "call"));
    await control.ask(`${twice} and ${call("run_script", { code: "3" })}`, 1);
    expect(control.asked.map(({ call: made }) => made.arguments["code"])).toEqual(["1", "2"]);
  });

  it("an always: the rule names the first agent, and does not hold for the second", async () => {
    const rules: readonly PolicyRule[] = [
      { agent: "assistant", tool: "run_script", verdict: "allow" },
      { tool: handOverTool, verdict: "allow" },
      { tool: "effect:run", verdict: "deny" },
    ];
    const house = await start(always, rules);
    const [first, second] = await house.ask(handTo("records", `Please ${script}`), 2);
    expect(house.requests).toEqual([]);
    expect(second!.steps.find((step) => step.kind === "decision")).toMatchObject({ decision: "deny", rule: 2 });
    expect(first!.status).toBe("done");
    const control = await start(always, rules);
    await control.ask(script, 1);
    expect(control.requests).toHaveLength(1);
  });

  it("what was allowed becomes a question: what the first agent had read taints the second, now and later", async () => {
    const reading = call("read_file", { path: "docs/a.txt" });
    const house = await start(always, allowAll);
    const handing = handTo("records", `Please ${script}`);
    await house.ask(`${reading} and ${handing}`, 2);
    expect(house.asked.map(({ agent, call: made }) => [agent, made.tool])).toEqual([
      ["assistant", handOverTool],
      ["records", "run_script"],
    ]);
    expect(house.asked[1]!.taint).toEqual(["handed over by assistant: read_file docs/a.txt"]);

    const control = await start(always, allowAll);
    await control.ask(handing, 2);
    expect(control.asked).toEqual([]);
    expect(control.requests).toHaveLength(1);
  });

  it("and a later question to that agent is still tainted by it, as is the same one asked anew", async () => {
    const house = await start(always, allowAll);
    const [, second] = await house.ask(
      `${call("read_file", { path: "docs/a.txt" })} and ${handTo("records", "Look.")}`,
      2,
    );
    const { store } = house;
    expect(listRuns(store.reader, second!.conversationId)[1]!.taint).toHaveLength(1);
    await house.ask(script, 1, { agent: "records" });
    expect(house.asked.at(-1)).toMatchObject({ agent: "records", taint: [expect.stringContaining("handed over by")] });
    await house.runs.retry(second!.id);
    await house.runs.dispose();
    expect(listRuns(store.reader, second!.conversationId).at(-1)).toMatchObject({
      ...{ agent: "records", handedOverBy: second!.handedOverBy, taint: [expect.stringContaining("read_file")] },
    });
  });
});
