import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { defaultPolicy } from "../agent/policy/default-policy.ts";
import { hostContract } from "../shared/host-contract.ts";
import type { Policy } from "../shared/policy.ts";
import type { SandboxLevel } from "../shared/sandbox.ts";
import type { ToolSpec } from "../shared/tool.ts";
import { Approvals } from "./approvals.ts";
import { openPolicyFile } from "./policy-file.ts";
import { policyMethods } from "./policy-methods.ts";
import type { PolicyTopics } from "./policy-topics.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-matrix-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tool = (name: string, effect: ToolSpec["effect"], needs: ToolSpec["needs"] = ["grants"]): ToolSpec => ({
  ...{ name, effect, needs, description: `${name}.`, arguments: {} },
});
const specs = [tool("read_file", "read"), tool("write_file", "write"), tool("calculate", "read", [])];
const ofRecords = (name: string, effect: "read" | "run"): ToolSpec => ({
  ...tool(name, effect, ["server"]),
  server: { name: "records", grants: [] },
});
/** A server with two tools that a person approved; `records__erase` is one that nobody did. */
const withRecords: Partial<PolicyTopics> = {
  agents: ["assistant", "clerk"],
  tools: [...specs, ofRecords("records__search", "read"), ofRecords("records__send", "run")],
  servers: [{ name: "records", grants: [] }],
  whyNotOffered: (name) => (name === "records__erase" ? "Nobody has approved records__erase." : undefined),
};

/** The methods over a real file; what there is here is played. */
async function start(
  policy: Policy | string = defaultPolicy,
  level: SandboxLevel = "A",
  more: Partial<PolicyTopics> = {},
) {
  const data = mkdtempSync(join(folder, "data-"));
  const docs = join(data, "docs");
  mkdirSync(docs);
  const path = join(data, "policy.json");
  writeFileSync(path, typeof policy === "string" ? policy : JSON.stringify(policy));
  const file = await openPolicyFile(data);
  const audit = new MemoryAudit();
  const approvals = new Approvals({ onRequested: () => {}, onClosed: () => {} });
  const here: PolicyTopics = {
    ...{ agents: ["assistant"], tools: specs, servers: [], level, whyNotOffered: () => undefined, ...more },
  };
  let changes = 0;
  const onChanged = () => void (changes += 1);
  const methods = policyMethods({ policy: file, approvals, audit, topics: async () => here, onChanged });
  const { signal } = new AbortController();
  const set = (
    name: string | null,
    grant: string | null,
    verdict: "allow" | "ask" | "deny" | null,
    agent: string | null = "assistant",
  ) => methods["policy.setRule"]({ agent, tool: name, grant, verdict }, signal);
  return {
    ...{ docs, data, audit, path, set },
    changes: () => changes,
    async check(name: string, agent = "assistant") {
      const got = await methods["policy.check"]({ path: null, call: { agent, tool: name, grants: [] } }, signal);
      return hostContract.methods["policy.check"].result.parse(got);
    },
    async cells(agent: string | null, ...folders: string[]) {
      const got = await methods["policy.matrix"]({ folders, agent }, signal);
      return hostContract.methods["policy.matrix"].result.parse(got);
    },
    rules: async () => (await file.read()).rules,
    text: () => readFileSync(path, "utf8"),
    tools: () => methods["tools.list"]({}, signal),
    setMinimum: (minimum: SandboxLevel) => methods["policy.setMinimumLevel"]({ level: minimum }, signal),
    async matrix(...folders: string[]) {
      const got = await methods["policy.matrix"]({ folders, agent: null }, signal);
      const { cells, agents } = hostContract.methods["policy.matrix"].result.parse(got);
      expect(agents).toEqual(["assistant"]);
      return Object.fromEntries(
        cells.map(({ tool: name, folder: place, verdict, verdictWhenTainted, rule, reason }) => [
          `${name} ${place ?? "-"}`,
          { verdict, verdictWhenTainted, rule, reason },
        ]),
      );
    },
  };
}

it("tools.list says what each is for and what it does", async () => {
  const run = await start(defaultPolicy, "A", withRecords);
  const { tools } = hostContract.methods["tools.list"].result.parse(await run.tools());
  expect(tools).toContainEqual({ name: "write_file", description: "write_file.", effect: "write", server: null });
  expect(tools).toContainEqual(expect.objectContaining({ name: "records__send", effect: "run", server: "records" }));
  expect(tools).toHaveLength(specs.length + 2);
});

describe("the matrix", () => {
  it("has a cell per tool and folder, and without one, with the rule that decided", async () => {
    const run = await start();
    const cells = await run.matrix(run.docs);
    expect(Object.keys(cells)).toHaveLength(specs.length * 2);
    expect(cells[`read_file ${run.docs}`]).toMatchObject({ verdict: "allow", verdictWhenTainted: "allow", rule: 0 });
    expect(cells["write_file -"]).toMatchObject({ verdict: "ask", rule: 1 });
  });

  it("says what untrusted content changes", async () => {
    const run = await start({ version: 1, minimumLevel: "B", rules: [{ verdict: "allow" }] });
    const cells = await run.matrix();
    expect(cells["write_file -"]).toMatchObject({ verdict: "allow", verdictWhenTainted: "ask" });
  });

  it("shows a rule for a folder in that folder's cells only, by where the folder leads", async () => {
    const run = await start();
    const link = join(run.data, "link");
    symlinkSync(run.docs, link);
    await run.set("write_file", link, "deny");
    const cells = await run.matrix(run.docs, link, join(run.data, "gone"));
    expect(cells[`write_file ${run.docs}`]).toMatchObject({ verdict: "deny", rule: 0 });
    expect(cells[`write_file ${link}`]).toMatchObject({ verdict: "deny", rule: 0 });
    expect(cells[`write_file ${join(run.data, "gone")}`]).toMatchObject({ verdict: "ask" });
    expect(cells["write_file -"]).toMatchObject({ verdict: "ask" });
    expect(cells[`calculate ${run.docs}`]).toMatchObject({ verdict: "allow" });
  });

  it("denies everything below the minimum level, and with a file that cannot be used, and says why", async () => {
    const weak = await (await start(defaultPolicy, "C")).matrix();
    expect(weak["read_file -"]).toMatchObject({
      verdict: "deny",
      rule: null,
      reason: expect.stringContaining("level B"),
    });
    const broken = await (await start("{ mine")).matrix("/x");
    expect(Object.values(broken)).toHaveLength(specs.length * 2);
    for (const cell of Object.values(broken)) {
      expect(cell).toMatchObject({
        verdict: "deny",
        verdictWhenTainted: "deny",
        reason: expect.stringContaining("policy.json"),
      });
    }
  });
});

describe("the matrix of several agents and servers", () => {
  it("has a row per server and per tool of it, without folders, and can be of one agent", async () => {
    const run = await start(defaultPolicy, "A", withRecords);
    await run.set("server:records", null, "deny", "clerk");
    await run.set("records__search", null, "ask", "clerk");
    const both = await run.cells(null, run.docs);
    expect(both.agents).toEqual(["assistant", "clerk"]);
    expect(both.cells).toHaveLength(2 * (specs.length * 2 + 3));
    const { agents, cells } = await run.cells("clerk", run.docs);
    expect([agents, new Set(cells.map((cell) => cell.agent))]).toEqual([["clerk"], new Set(["clerk"])]);
    const rows = cells.filter((cell) => cell.tool.includes("records"));
    expect(rows.map((cell) => [cell.tool, cell.folder, cell.verdict, cell.rule])).toEqual([
      ["records__search", null, "ask", 0],
      ["records__send", null, "deny", 1],
      ["server:records", null, "deny", 1],
    ]);
    const ofAssistant = both.cells.filter((cell) => cell.agent === "assistant" && cell.tool.includes("records"));
    expect(ofAssistant.map(({ verdict }) => verdict)).toEqual(["allow", "ask", "ask"]);
    await expect(run.cells("nobody")).rejects.toMatchObject({ code: "input.invalid" });
  });

  it("is not made when it would be endless", async () => {
    const agents = Array.from({ length: 50 }, (_none, index) => `a${index}`);
    const tools = Array.from({ length: 20 }, (_none, index) => tool(`t${index}`, "read"));
    const run = await start(defaultPolicy, "A", { agents, tools });
    const folders = Array.from({ length: 50 }, (_none, index) => `/f${index}`);
    await expect(run.cells(null, ...folders)).rejects.toMatchObject({ code: "input.invalid" });
    expect((await run.cells("a7", ...folders)).cells).toHaveLength(20 * 51);
  });
});

describe("check", () => {
  it("explains a call of a server's tool: by which rule, and what would change it", async () => {
    const run = await start(defaultPolicy, "A", withRecords);
    const reason = "Rule 3 of the policy asks about tools that act, such as records__send of the server records";
    expect((await run.check("records__send")).ruling).toMatchObject({
      ...{ verdict: "ask", rule: 2, reason: expect.stringContaining(reason) },
      remedy: expect.stringContaining("policy set allow|ask|deny --agent assistant --tool records__send`"),
    });
    await run.set("server:records", null, "deny");
    expect((await run.check("records__send")).ruling).toMatchObject({
      ...{ verdict: "deny", rule: 0, reason: expect.stringContaining("denies every tool of the server records") },
    });
    expect((await run.check("records__send", "clerk")).ruling).toMatchObject({ verdict: "ask", rule: 3 });
  });

  it("tells apart: not approved, not listed, too weak a sandbox, not there", async () => {
    const run = await start({ version: 1, minimumLevel: "B", rules: [] }, "A", withRecords);
    expect((await run.check("records__erase")).ruling).toMatchObject({
      ...{ verdict: "deny", rule: null, reason: "Nobody has approved records__erase." },
      remedy: expect.stringContaining("No rule"),
    });
    expect((await run.check("records__send")).ruling).toMatchObject({
      ...{ verdict: "deny", rule: null, reason: expect.stringContaining("No rule of the policy lists records__send") },
      remedy: expect.stringContaining("A rule about it"),
    });
    const weak = await start(defaultPolicy, "C", withRecords);
    expect((await weak.check("records__send")).ruling).toMatchObject({
      ...{ verdict: "deny", rule: null, reason: expect.stringContaining("level B") },
      remedy: expect.stringContaining("stronger sandbox"),
    });
    await expect(run.check("records__fly")).rejects.toMatchObject({ code: "not-found" });
    await expect(run.check("records__send", "nobody")).rejects.toMatchObject({ code: "not-found" });
  });

  it("allows a server the model by a rule of exactly that name, and by nothing else", async () => {
    const run = await start({ version: 1, minimumLevel: "B", rules: [{ verdict: "allow" }] }, "A", withRecords);
    expect((await run.check("sampling:records")).ruling).toMatchObject({ verdict: "deny", rule: null });
    await run.set("server:records", null, "allow", null);
    await run.set("effect:run", null, "allow", null);
    expect((await run.check("sampling:records")).ruling).toMatchObject({ verdict: "deny", rule: null });
    await run.set("sampling:records", null, "ask", null);
    expect((await run.check("sampling:records")).ruling).toMatchObject({ verdict: "ask" });
    expect((await run.check("sampling:records")).warnings).toEqual([]);
    await expect(run.set("sampling:other", null, "ask")).rejects.toMatchObject({ code: "input.invalid" });
  });

  it("warns of rules about agents and servers that are not here", async () => {
    const rules = [
      { agent: "gone", verdict: "deny" as const },
      { tool: "server:gone", verdict: "deny" as const },
      { tool: "server:records", verdict: "deny" as const },
    ];
    const run = await start({ version: 1, minimumLevel: "B", rules }, "A", withRecords);
    expect((await run.check("read_file")).warnings).toEqual([
      "Rule 1 names an agent that is not here: gone.",
      "Rule 2 names a tool that is not here: server:gone.",
    ]);
  });
});

describe("setRule", () => {
  it("closes an agent off from everything, and what is opened to it after that holds", async () => {
    const run = await start(defaultPolicy, "A", withRecords);
    await run.set(null, null, "deny", "clerk");
    await run.set("records__search", null, "allow", "clerk");
    const { cells } = await run.cells("clerk", run.docs);
    expect(cells.filter(({ verdict }) => verdict !== "deny").map((cell) => cell.tool)).toEqual(["records__search"]);
    expect((await run.cells("assistant")).cells.map(({ verdict }) => verdict)).toContain("allow");
    expect(run.changes()).toBe(2);
  });

  it("forgets a rule about what is gone, and makes none about it", async () => {
    const gone = { agent: "gone", tool: "server:gone", verdict: "deny" as const };
    const run = await start({ version: 1, minimumLevel: "B", rules: [gone] }, "A", withRecords);
    await expect(run.set("server:gone", null, "allow")).rejects.toMatchObject({ code: "input.invalid" });
    await expect(run.set("read_file", null, "allow", "gone")).rejects.toMatchObject({ code: "input.invalid" });
    await run.set("server:gone", null, null, "gone");
    expect(await run.rules()).toEqual([]);
  });

  it("puts a rule on top, replaces it, and takes it away; folders stay as their owner wrote them", async () => {
    const run = await start();
    const link = join(run.data, "link");
    symlinkSync(run.docs, link);
    const mine = { tool: "read_file", grant: link, verdict: "deny" as const };
    writeFileSync(run.path, JSON.stringify({ ...defaultPolicy, rules: [mine, ...defaultPolicy.rules] }));
    await run.set("write_file", link, "allow");
    const about = { agent: "assistant", tool: "write_file", grant: run.docs };
    expect(await run.rules()).toMatchObject([{ ...about, verdict: "allow" }, mine, ...defaultPolicy.rules]);
    await run.set("write_file", run.docs, "ask");
    expect(await run.rules()).toMatchObject([{ ...about, verdict: "ask" }, mine, ...defaultPolicy.rules]);
    expect((await run.rules())[0]?.note).toMatch(/set it on \d{4}-/u);
    await run.set("write_file", run.docs, null);
    expect(await run.rules()).toEqual([mine, ...defaultPolicy.rules]);
  });

  it("is recorded before it holds: which tool and verdict as they are, the folder not", async () => {
    const run = await start();
    await run.set("write_file", run.docs, "deny");
    expect(run.audit.story).toEqual(["intent policy.change", "outcome policy.change ok"]);
    expect(run.audit.rows[0]).toMatchObject({
      facts: { agent: "assistant", tool: "write_file", verdict: "deny", hasGrant: true },
      content: { grant: run.docs },
    });
    expect(JSON.stringify(run.audit.rows.map(({ facts }) => facts))).not.toContain(run.docs);
    expect(run.audit.rows[1]).toMatchObject({ facts: { rulesBefore: 3, rulesAfter: 4 } });
    const before = run.text();
    run.audit.failAt = 2;
    await expect(run.set("write_file", run.docs, "allow")).rejects.toMatchObject({ code: "audit.unwritable" });
    expect(run.text()).toBe(before);
  });

  it("is refused for a tool that is not there and a folder that would never match; nothing is written", async () => {
    const run = await start();
    const before = run.text();
    await expect(run.set("wirte_file", null, "deny")).rejects.toMatchObject({ code: "input.invalid" });
    await expect(run.set("write_file", "docs", "deny")).rejects.toMatchObject({ code: "input.invalid" });
    expect(run.text()).toBe(before);
    expect(run.audit.rows).toEqual([]);
    await run.set("effect:write", null, "deny");
    expect((await run.matrix())["write_file -"]).toMatchObject({ verdict: "deny", rule: 0 });
  });

  it("does not touch a file that cannot be used", async () => {
    const run = await start("{ mine");
    await expect(run.set("write_file", null, "deny")).rejects.toMatchObject({ code: "policy.invalid" });
    expect(run.text()).toBe("{ mine");
    expect(run.audit.story).toEqual(["intent policy.change", "outcome policy.change failed"]);
  });
});

it("setMinimumLevel holds at once and is recorded with what was before", async () => {
  const run = await start(defaultPolicy, "B");
  await run.setMinimum("A");
  expect((await run.matrix())["read_file -"]).toMatchObject({ verdict: "deny", rule: null });
  expect(run.audit.rows.map(({ facts }) => facts)).toMatchObject([
    { minimumLevel: "A" },
    { minimumLevelBefore: "B", minimumLevelAfter: "A" },
  ]);
});
