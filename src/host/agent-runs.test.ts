import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { LanguageModel } from "../agent/ports.ts";
import { ObeyingModel } from "../agent/testing/obeying-model.ts";
import type { ApprovalAnswer, ApprovalRequest } from "../shared/approval.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { InstalledModel } from "../shared/model.ts";
import { step as stepSchema } from "../shared/run.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import { freshStore } from "../store/testing/fresh-store.ts";
import type { LaunchFacts, ToolLaunch, ToolRequest } from "../tools/tool-launcher.ts";
import { AgentRuns } from "./agent-runs.ts";
import { Approvals } from "./approvals.ts";
import { openPolicyFile } from "./policy-file.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";
import { noServers } from "./testing/no-servers.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-runs-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const model = { name: "obeying", sha256: "00", role: "chat" } as InstalledModel;
const spec = {
  name: "run_script",
  description: "",
  arguments: { code: { kind: "text", maxLength: 100, description: "" } },
  needs: ["grants"],
  effect: "run",
} as const;
const report = { level: "A", launcher: "bubblewrap", probeId: "probe" } as SandboxReport;
const facts: LaunchFacts = {
  ...{ level: "A", probeId: "probe", launcher: "bubblewrap", image: null, warm: false, startMs: 1, runMs: 1 },
  ...{ exitCode: 0, limit: null, outputBytes: 4 },
};

/** Real runs, store, policy file and approvals; the model and the worker are played. */
async function start(answer: ((request: ApprovalRequest) => ApprovalAnswer) | null) {
  const data = mkdtempSync(join(folder, "data-"));
  const docs = join(data, "docs");
  mkdirSync(docs);
  writeFileSync(join(docs, "a.txt"), "x");
  const store = freshStore();
  const audit = new MemoryAudit();
  const requests: ToolRequest[] = [];
  const asked = Promise.withResolvers<ApprovalRequest>();
  const closed: (ApprovalAnswer | null)[] = [];
  const approvals = new Approvals({
    onRequested(request) {
      asked.resolve(request);
      if (answer !== null) queueMicrotask(() => approvals.answer(request.id, answer(request)));
    },
    onClosed: (_request, given) => closed.push(given),
  });
  const ended = Promise.withResolvers<string>();
  const runs = new AgentRuns({
    servers: noServers,
    ...{ store, audit, approvals, policy: await openPolicyFile(data) },
    library: { choose: async () => model, named: () => model },
    slot: { borrow: async () => ({ model: new ObeyingModel() as LanguageModel, giveBack: () => {} }) },
    sealedTools: async () => ({
      specs: [spec],
      report: () => report,
      prepare: () => {},
      async launch(request): Promise<ToolLaunch> {
        requests.push(request);
        return { outcome: { ok: true, text: "ran", truncated: false }, staged: null, facts };
      },
    }),
    checkGrants: async (grants) => {
      if (grants.some(({ path }) => path === data)) throw new IndoorsError("input.invalid", "Not that folder.");
    },
    ...{ contextTokens: 4096, onAsked: () => {}, onStep: () => {}, onText: () => {}, onLog: () => {} },
    onEnded: (_id, status) => ended.resolve(status),
  });
  const question = `Please call run_script {"code":"1"}`;
  const request = {
    question,
    conversationId: null,
    agent: "assistant",
    model: null,
    device: "auto",
    replaces: null,
  } as const;
  const ask = (path = docs) => runs.start({ ...request, grants: [{ name: "docs", path, mode: "rw" }] });
  return { runs, ask, audit, requests, asked: asked.promise, closed, ended: ended.promise, data, docs };
}

const yes = (): ApprovalAnswer => ({ decision: "allow", scope: "run", by: "terminal" });
const no = (): ApprovalAnswer => ({ decision: "deny", scope: "call", by: "terminal" });

describe("a run", () => {
  it("asks, runs what was allowed, and stores who said so and at which level", async () => {
    const run = await start(yes);
    const { runId } = await run.ask();
    expect(await run.ended).toBe("done");
    const { steps } = run.runs.get(runId);
    expect(steps.map(({ kind }) => kind)).toEqual(["question", "call", "decision", "result", "answer"]);
    expect(steps[2]).toMatchObject({ decision: "allow", by: "terminal", scope: "run", level: "A", rule: 2 });
    expect(steps.map((step) => stepSchema.parse(step))).toEqual(steps);
    expect(run.audit.story).toEqual([
      ...["event run.start", "event approval", "intent tool.call", "outcome tool.call ok"],
    ]);
  });

  it("does not run what was not allowed, and the model hears of it", async () => {
    const run = await start(no);
    const { runId } = await run.ask();
    expect(await run.ended).toBe("done");
    expect(run.requests).toEqual([]);
    expect(run.runs.get(runId).steps[3]).toMatchObject({ outcome: { ok: false, code: "tool.denied" } });
    expect(run.audit.story).toEqual(["event run.start", "event approval", "event tool.refused"]);
  });

  it("means the folder a link leads to at the start, whatever becomes of the link", async () => {
    const run = await start(yes);
    const link = join(run.data, "link");
    symlinkSync(run.docs, link);
    await run.ask(link);
    expect((await run.asked).grants).toMatchObject([{ path: run.docs }]);
    await run.ended;
    expect(run.requests[0]!.grants).toMatchObject([{ path: run.docs }]);
  });

  it("takes its question back when it is cancelled", async () => {
    const run = await start(null);
    const { runId } = await run.ask();
    await run.asked;
    await run.runs.cancel(runId);
    expect(run.closed).toEqual([null]);
    expect(await run.ended).toBe("stopped");
    expect(run.runs.get(runId).steps.at(-1)).toMatchObject({ kind: "stopped", reason: "cancelled" });
    expect(run.requests).toEqual([]);
  });

  it("does not begin with a grant that may not be given, nor without its row", async () => {
    const run = await start(yes);
    await expect(run.ask(run.data)).rejects.toMatchObject({ code: "input.invalid" });
    await expect(run.ask(join(run.data, "gone"))).rejects.toMatchObject({ code: "file.unreadable" });
    run.audit.failAt = 0;
    await expect(run.ask()).rejects.toMatchObject({ code: "audit.unwritable" });
    expect(run.requests).toEqual([]);
  });

  it.each([
    [1, 0],
    [2, 0],
    [3, 1],
  ])("ends as failed when the log is full after %i rows", async (rows, launched) => {
    const run = await start(yes);
    run.audit.failAt = rows;
    const { runId } = await run.ask();
    expect(await run.ended).toBe("failed");
    expect(run.runs.get(runId).steps.at(-1)).toMatchObject({ kind: "stopped", reason: "audit" });
    expect(run.requests).toHaveLength(launched);
  });
});
