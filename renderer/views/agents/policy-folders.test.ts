import { describe, expect, it } from "vitest";
import type { Policy } from "../../../src/shared/policy.ts";
import { policyFolders, ruleAbout, shortPath } from "./policy-folders.ts";

const policy: Policy = {
  version: 1,
  minimumLevel: "B",
  rules: [
    { tool: "write_file", grant: "/srv/letters", verdict: "deny" },
    { tool: "effect:read", verdict: "allow" },
    { tool: "write_file", grant: "/srv/letters", agent: "other", verdict: "allow" },
  ],
};

describe("the matrix of the policy", () => {
  it("has a column for each folder once", () => {
    expect(policyFolders(policy, ["/home/me", "/srv/letters"])).toEqual(["/srv/letters", "/home/me"]);
    expect(policyFolders(null, [])).toEqual([]);
  });

  it("finds the rule about exactly one cell, and no wider one", () => {
    expect(ruleAbout(policy, { agent: "assistant", tool: "write_file", folder: "/srv/letters" })).toBe(0);
    expect(ruleAbout(policy, { agent: "assistant", tool: "write_file", folder: null })).toBe(-1);
    expect(ruleAbout(policy, { agent: "assistant", tool: "read_file", folder: null })).toBe(-1);
  });

  it("shortens paths to what tells them apart", () => {
    expect([shortPath("/srv/letters"), shortPath("/home/dana/work/letters"), shortPath("C:\\a\\b\\c")]).toEqual([
      ...["/srv/letters", "…/work/letters", "…/b/c"],
    ]);
  });
});
