import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { defaultPolicy } from "../agent/policy/default-policy.ts";
import type { Agent } from "../shared/agent.ts";
import { IndoorsError } from "../shared/errors.ts";
import { hostContract } from "../shared/host-contract.ts";
import type { InstalledModel } from "../shared/model.ts";
import type { PolicyRule } from "../shared/policy.ts";
import { freshStore } from "../store/testing/fresh-store.ts";
import { agentMethods } from "./agent-methods.ts";
import { openPolicyFile } from "./policy-file.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-agents-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const records: Agent = {
  ...{ id: "records", title: "Records", purpose: "Finds records.", prompt: "Secret words.", model: null },
  handOverTo: ["assistant"],
};

async function start(rules: readonly PolicyRule[] = []) {
  const data = mkdtempSync(join(folder, "data-"));
  const policy = await openPolicyFile(data);
  await policy.change((before) => ({ ...before, rules: [...rules, ...before.rules] }));
  const store = freshStore();
  const audit = new MemoryAudit();
  const changes: string[] = [];
  const stopped: string[] = [];
  const methods = agentMethods({
    ...{ store, policy, audit },
    library: {
      async choose(_role, name) {
        if (name === "small") return { name } as InstalledModel;
        throw new IndoorsError("model.missing", `There is no model '${name}'.`);
      },
    },
    runs: {
      async cancelAllOfAgent(id) {
        const { agents } = hostContract.methods["agents.list"].result.parse(await methods["agents.list"]({}, signal));
        stopped.push(`${id}, ${agents.some((agent) => agent.id === id) ? "still" : "no longer"} there`);
        stopped.push(`rules: ${(await policy.read()).rules.filter((rule) => rule.agent === id).length}`);
      },
    },
    onChanged: (what) => changes.push(what),
  });
  const { signal } = new AbortController();
  return {
    ...{ audit, changes, stopped, policy, breakPolicy: () => writeFileSync(policy.path, "{ mine") },
    put: (agent: Partial<Agent>) => methods["agents.put"]({ ...records, ...agent }, signal),
    remove: (id: string) => methods["agents.remove"]({ id }, signal),
    async list() {
      return hostContract.methods["agents.list"].result.parse(await methods["agents.list"]({}, signal)).agents;
    },
  };
}

it("makes and changes an agent, and records it without its words", async () => {
  const house = await start();
  await house.put({});
  await house.put({ title: "Archive", model: "small", handOverTo: [] });
  expect(await house.list()).toMatchObject([
    { id: "assistant" },
    { ...records, title: "Archive", model: "small", handOverTo: [] },
  ]);
  expect(house.audit.story).toEqual([
    ...["intent agent.change", "outcome agent.change ok", "intent agent.change", "outcome agent.change ok"],
  ]);
  const facts = house.audit.rows.map((row) => row.facts);
  expect(facts[0]).toEqual({ change: "add", model: null, handOverTo: "assistant", promptLength: 13 });
  expect(facts[2]).toMatchObject({ change: "change", model: "small" });
  expect(JSON.stringify(facts)).not.toContain("Secret");
  expect(house.changes).toEqual(["agents", "agents"]);
});

it("refuses what could not be, and changes nothing", async () => {
  const house = await start();
  const refused = (agent: Partial<Agent>) => expect(house.put(agent)).rejects;
  await refused({ handOverTo: ["records"] }).toMatchObject({ code: "input.invalid" });
  await refused({ handOverTo: ["nobody"] }).toMatchObject({ code: "input.invalid" });
  await refused({ model: "huge" }).toMatchObject({ code: "model.missing" });
  await expect(house.remove("assistant")).rejects.toMatchObject({ code: "input.invalid" });
  await expect(house.remove("records")).rejects.toMatchObject({ code: "not-found" });
  expect(await house.list()).toHaveLength(1);
  expect(house.audit.rows).toEqual([]);
  for (let count = 2; count <= 50; count++) await house.put({ id: `a${count}` });
  await refused({}).toMatchObject({ code: "input.invalid" });
  await house.put({ id: "a50", title: "changed" });
});

it("stops what a removed agent does before its denials go, and takes its rules and nobody else's", async () => {
  const others: readonly PolicyRule[] = [{ agent: "assistant", tool: "records__find", verdict: "allow" }];
  const house = await start([{ agent: "records", verdict: "deny" }, ...others]);
  await house.put({});
  await house.remove("records");
  expect(house.stopped).toEqual(["records, no longer there", "rules: 1"]);
  expect((await house.policy.read()).rules).toEqual([...others, ...defaultPolicy.rules]);
  expect(house.audit.story.slice(2)).toEqual([
    ...["intent agent.change", "outcome agent.change ok", "intent policy.change", "outcome policy.change ok"],
  ]);
  expect(house.changes).toEqual(["agents", "agents", "policy"]);
});

it("removes nobody while the policy cannot be used, and finishes a removal that was cut short", async () => {
  const house = await start([{ agent: "gone", verdict: "allow" }]);
  await house.remove("gone");
  expect((await house.policy.read()).rules).toEqual(defaultPolicy.rules);
  await house.put({});
  house.breakPolicy();
  await expect(house.remove("records")).rejects.toMatchObject({ code: "policy.invalid" });
  expect(await house.list()).toHaveLength(2);
});
