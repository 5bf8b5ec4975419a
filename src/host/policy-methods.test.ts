import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { defaultPolicy } from "../agent/policy/default-policy.ts";
import { hostContract } from "../shared/host-contract.ts";
import type { Policy } from "../shared/policy.ts";
import type { SandboxLevel, SandboxReport } from "../shared/sandbox.ts";
import type { ToolSpec } from "../shared/tool.ts";
import { Approvals } from "./approvals.ts";
import { openPolicyFile } from "./policy-file.ts";
import { policyMethods } from "./policy-methods.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-matrix-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tool = (name: string, effect: ToolSpec["effect"], needs: ToolSpec["needs"] = ["grants"]): ToolSpec => ({
  ...{ name, effect, needs, description: `${name}.`, arguments: {} },
});
const specs = [tool("read_file", "read"), tool("write_file", "write"), tool("calculate", "read", [])];

/** The methods over a real file; the sandbox's level is played. */
async function start(policy: Policy | string = defaultPolicy, level: SandboxLevel = "A") {
  const data = mkdtempSync(join(folder, "data-"));
  const docs = join(data, "docs");
  mkdirSync(docs);
  const path = join(data, "policy.json");
  writeFileSync(path, typeof policy === "string" ? policy : JSON.stringify(policy));
  const file = await openPolicyFile(data);
  const audit = new MemoryAudit();
  const approvals = new Approvals({ onRequested: () => {}, onClosed: () => {} });
  const report = () => ({ level }) as SandboxReport;
  const methods = policyMethods(file, approvals, async () => ({ specs, report }), audit);
  const { signal } = new AbortController();
  const set = (name: string, grant: string | null, verdict: "allow" | "ask" | "deny" | null, agent = "assistant") =>
    methods["policy.setRule"]({ agent, tool: name, grant, verdict }, signal);
  return {
    ...{ docs, data, audit, path, set },
    rules: async () => (await file.read()).rules,
    text: () => readFileSync(path, "utf8"),
    tools: () => methods["tools.list"]({}, signal),
    setMinimum: (minimum: SandboxLevel) => methods["policy.setMinimumLevel"]({ level: minimum }, signal),
    async matrix(...folders: string[]) {
      const got = await methods["policy.matrix"]({ folders }, signal);
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
  const { tools } = hostContract.methods["tools.list"].result.parse(await (await start()).tools());
  expect(tools).toContainEqual({ name: "write_file", description: "write_file.", effect: "write" });
  expect(tools).toHaveLength(specs.length);
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

describe("setRule", () => {
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
