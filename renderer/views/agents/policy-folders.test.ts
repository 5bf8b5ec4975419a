import { describe, expect, it } from "vitest";
import type { Policy } from "../../../src/shared/policy.ts";
import { policyFolders, rulesAbout, shortPath } from "./policy-folders.ts";

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

  it("finds the rules about exactly one cell, of its agent and of every agent, and no wider one", () => {
    const about = (agent: string, tool: string, folder: string | null) => rulesAbout(policy, { agent, tool, folder });
    expect(about("assistant", "write_file", "/srv/letters")).toEqual({ own: -1, shared: 0 });
    expect(about("other", "write_file", "/srv/letters")).toEqual({ own: 2, shared: 0 });
    expect(about("assistant", "write_file", null)).toEqual({ own: -1, shared: -1 });
    expect(about("assistant", "read_file", null)).toEqual({ own: -1, shared: -1 });
    expect(rulesAbout(null, { agent: "assistant", tool: "read_file", folder: null })).toEqual({ own: -1, shared: -1 });
  });

  it("shortens paths to what tells them apart", () => {
    expect([shortPath("/srv/letters"), shortPath("/home/dana/work/letters"), shortPath("C:\\a\\b\\c")]).toEqual([
      ...["/srv/letters", "…/work/letters", "…/b/c"],
    ]);
  });
});
