import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import type { LanguageModel } from "../../agent/ports.ts";
import { ObeyingModel } from "../../agent/testing/obeying-model.ts";
import type { ApprovalRequest } from "../../shared/approval.ts";
import type { InstalledModel } from "../../shared/model.ts";
import { freshStore } from "../../store/testing/fresh-store.ts";
import { realSandbox } from "../../tools/testing/real-sandbox.ts";
import { AgentRuns } from "../agent-runs.ts";
import { Approvals } from "../approvals.ts";
import { openPolicyFile } from "../policy-file.ts";
import { MemoryAudit } from "../testing/memory-audit.ts";
import { openServers } from "./open-servers.ts";
import { madeBundle } from "./testing/made-bundle.ts";

vi.setConfig({ testTimeout: 30_000 });
const sandbox = await realSandbox();
const folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-server-run-")));
afterAll(async () => {
  await sandbox?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

it.skipIf(sandbox === null)("a run asks, calls a server's tool, and answers from what it said", async () => {
  const data = join(folder, "data");
  mkdirSync(data);
  const store = freshStore();
  const audit = new MemoryAudit();
  const policy = await openPolicyFile(data);
  const asked: ApprovalRequest[] = [];
  const approvals = new Approvals({
    onRequested(request) {
      asked.push(request);
      queueMicrotask(() => approvals.answer(request.id, { decision: "allow", scope: "call", by: "terminal" }));
    },
    onClosed: () => {},
  });
  const sealed = { sandbox: sandbox!, report: () => sandbox!.report };
  const { servers, elicitations } = openServers({
    ...{ store, audit, policy, approvals, sealedTools: async () => sealed, onLog: () => {}, onNotice: () => {} },
    files: { nodePath: process.execPath, version: "1" },
    data: { path: data, servers: join(data, "servers"), tools: join(data, "tools") },
    openRemote: () => Promise.reject(new Error("there is nothing remote")),
    ...{ emit: () => {}, onChanged: () => {} },
  });
  const never = new AbortController().signal;
  const imported = { path: madeBundle(folder), name: "diary", sha256: null, settings: {}, grants: [] };
  await servers.import(imported, never);
  const { tools } = await servers.start("diary", never);
  const note = tools.find(({ described }) => described.name === "note")!;
  await servers.review("diary", [{ tool: "note", fingerprint: note.fingerprint, decision: "approve", effect: "run" }]);

  const model = { name: "obeying", sha256: "00", role: "chat" } as InstalledModel;
  const ended = Promise.withResolvers<string>();
  const runs = new AgentRuns({
    ...{ store, audit, policy, approvals, servers, contextTokens: 4096 },
    library: { choose: async () => model, named: () => model },
    slot: { borrow: async () => ({ model: new ObeyingModel() as LanguageModel, giveBack: () => {} }) },
    sealedTools: async () => ({
      ...{ ...sealed, specs: [], prepare: () => {} },
      launch: () => Promise.reject(new Error("no worker is to start")),
    }),
    checkGrants: async () => {},
    ...{ onAsked: () => {}, onStep: () => {}, onText: () => {}, onLog: () => {} },
    onEnded: (_id, status) => ended.resolve(status),
  });
  const { runId } = await runs.start({
    ...{ conversationId: null, agent: "assistant", model: null, grants: [], device: "auto", replaces: null },
    question: 'Please call diary__note {"note":"milk"}',
  });
  expect(await ended.promise).toBe("done");
  const { steps } = runs.get(runId);
  expect(steps.map(({ kind }) => kind)).toEqual(["question", "call", "decision", "result", "answer"]);
  expect(steps[3]).toMatchObject({ outcome: { ok: true, text: "Noted." } });
  expect(asked).toMatchObject([{ effect: "run", call: { tool: "diary__note", arguments: { note: "milk" } } }]);
  expect(readFileSync(join(data, "servers", "diary", "data", "notes.txt"), "utf8")).toBe("milk\n");
  expect(audit.story.slice(-4)).toEqual([
    ...["event run.start", "event approval", "intent tool.call", "outcome tool.call ok"],
  ]);
  elicitations.dispose();
  await servers.dispose();
});
