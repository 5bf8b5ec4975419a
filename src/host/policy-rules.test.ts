import { describe, expect, it } from "vitest";
import { defaultPolicy } from "../agent/policy/default-policy.ts";
import { evaluate } from "../agent/policy/evaluate.ts";
import type { Policy, PolicyRule, Verdict } from "../shared/policy.ts";
import type { ToolSpec } from "../shared/tool.ts";
import { putRule, takeAllowsOfServer, takeRule, takeRulesOfAgent } from "./policy-rules.ts";

const tool = (name: string, effect: ToolSpec["effect"]): ToolSpec => ({
  ...{ name, effect, description: "", arguments: {}, needs: ["grants"] },
});
const ofLab = { ...tool("lab__find", "read"), server: { name: "lab", grants: [] } };
const tools = [tool("read_file", "read"), tool("write_file", "write"), tool("run_script", "run"), ofLab];
const policyOf = (...rules: PolicyRule[]): Policy => ({ version: 1, minimumLevel: "B", rules });
const rule = (about: string, verdict: Verdict): PolicyRule => {
  const [agent, name, grant] = about.split(" ");
  return {
    ...(agent === "*" ? {} : { agent: agent as string }),
    ...(name === "*" ? {} : { tool: name as string }),
    ...(grant === "*" ? {} : { grant: grant as string }),
    verdict,
  };
};

describe("putRule", () => {
  it("goes on top, in the place of every rule about exactly the same", () => {
    const [docs, other] = [rule("me write_file /docs", "ask"), rule("me write_file /other", "ask")];
    const before = policyOf(other, docs, ...defaultPolicy.rules, { ...docs, grant: "/docs/", note: "twice" });
    const put = rule("me write_file /docs", "allow");
    expect(putRule(before, put, tools).rules).toEqual([put, other, ...defaultPolicy.rules]);
  });

  it.each<readonly [string, PolicyRule, PolicyRule, "above" | "below"]>([
    ["a no for one folder", rule("me write_file /secret", "deny"), rule("me write_file *", "allow"), "above"],
    ["a question for one folder", rule("me write_file /secret", "ask"), rule("me write_file *", "allow"), "above"],
    ["a no for a folder inside", rule("* effect:write /a/b", "deny"), rule("me write_file /a", "allow"), "above"],
    ["a no for one tool", rule("* write_file /a", "deny"), rule("* effect:write /a", "allow"), "above"],
    ["a no for one agent", rule("me write_file *", "deny"), rule("* write_file *", "allow"), "above"],
    ["a no for all", rule("* effect:write *", "deny"), rule("me write_file /a", "allow"), "below"],
    ["a no for the folder around", rule("me write_file /a", "deny"), rule("me write_file /a/b", "allow"), "below"],
    ["a no for a folder apart", rule("me write_file /b", "deny"), rule("me write_file /a", "allow"), "below"],
    ["a no for another tool", rule("me run_script /a", "deny"), rule("me write_file *", "allow"), "below"],
    ["a no for another agent", rule("you write_file /a", "deny"), rule("me write_file *", "allow"), "below"],
    ["a yes for one folder", rule("me write_file /a", "allow"), rule("me write_file *", "deny"), "below"],
    ["a no for one tool of a server", rule("me lab__find *", "deny"), rule("me server:lab *", "allow"), "above"],
    ["… that is not here now", rule("me lab__send *", "deny"), rule("me server:lab *", "allow"), "above"],
    ["… of another server", rule("me hut__send *", "deny"), rule("me server:lab *", "allow"), "below"],
    ["a no for a server", rule("me server:lab *", "deny"), rule("me effect:run *", "allow"), "above"],
    [
      "a no for a server, asked tool by tool",
      rule("me server:lab *", "deny"),
      rule("me lab__find *", "allow"),
      "below",
    ],
    ["a no for an effect", rule("* effect:read *", "deny"), rule("me server:lab *", "allow"), "below"],
    [
      "a question about what a script changes",
      rule("me run_script /a", "ask"),
      rule("* effect:write *", "allow"),
      "above",
    ],
    ["a no for sampling", rule("me sampling:lab *", "deny"), rule("me server:lab *", "allow"), "below"],
  ])("%s stays where it must", (_what, other, put, where) => {
    const { rules } = putRule(policyOf(other), put, tools);
    expect(rules).toEqual(where === "above" ? [other, put] : [put, other]);
  });

  it.each(["allow", "ask", "deny"] as const)("holds for exactly what it is about: %s", (verdict) => {
    const policies = [defaultPolicy, policyOf(rule("* * *", "deny")), policyOf(rule("* * *", "allow"))];
    for (const [index, before] of policies.entries()) {
      for (const grant of [undefined, "/docs"]) {
        const put = rule(`me write_file ${grant ?? "*"}`, verdict);
        const grants = grant === undefined ? [] : [{ name: "docs", path: grant, mode: "rw" as const }];
        const situation = { agent: "me", tool: tools[1]!, grants, level: "A" as const, taint: [] };
        expect(evaluate(putRule(before, put, tools), situation), `policy ${index}`).toMatchObject({ verdict, rule: 0 });
      }
    }
  });
});

describe("what is gone", () => {
  const before = policyOf(
    rule("lab * *", "allow"),
    rule("me server:lab *", "allow"),
    rule("* lab__find *", "allow"),
    rule("* sampling:lab *", "allow"),
    rule("me lab__send *", "deny"),
    rule("me server:lab-2 *", "deny"),
    rule("me lab-2__find *", "deny"),
    rule("me lab_notes *", "deny"),
  );
  it("takes along what was allowed to a server: all of it, its tools, its sampling", () => {
    const left = [before.rules[0], ...before.rules.slice(4)];
    expect(takeAllowsOfServer(before, "lab").rules).toEqual(left);
    expect(takeAllowsOfServer(before, "lab-2")).toBe(before);
  });
  it("takes the rules about it along: an agent", () => {
    expect(takeRulesOfAgent(before, "lab").rules).toEqual(before.rules.slice(1));
    expect(takeRulesOfAgent(before, "you")).toBe(before);
  });
});

describe("takeRule", () => {
  it("takes exactly that rule away, and changes nothing when there is none", () => {
    const docs = rule("me write_file /docs", "ask");
    const before = policyOf(docs, ...defaultPolicy.rules);
    expect(takeRule(before, docs)).toEqual(defaultPolicy);
    for (const about of ["me write_file *", "* write_file /docs", "me run_script /docs", "me write_file /docs/a"]) {
      expect(takeRule(before, rule(about, "ask")), about).toBe(before);
    }
  });
});
