import { describe, expect, it } from "vitest";
import { defaultPolicy } from "../agent/policy/default-policy.ts";
import { evaluate } from "../agent/policy/evaluate.ts";
import type { Policy, PolicyRule, Verdict } from "../shared/policy.ts";
import type { ToolSpec } from "../shared/tool.ts";
import { putRule, takeRule } from "./policy-rules.ts";

const tool = (name: string, effect: ToolSpec["effect"]): ToolSpec => ({
  ...{ name, effect, description: "", arguments: {}, needs: ["grants"] },
});
const tools = [tool("read_file", "read"), tool("write_file", "write"), tool("run_script", "run")];
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
