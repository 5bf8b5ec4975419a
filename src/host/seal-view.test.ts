import { describe, expect, it } from "vitest";
import { defaultPolicy } from "../agent/policy/default-policy.ts";
import { sealView as sealViewSchema } from "../shared/host-contract.ts";
import { emptyPerimeter } from "../shared/perimeter.ts";
import type { Policy } from "../shared/policy.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import type { ToolSpec } from "../shared/tool.ts";
import { type SealFacts, sealView } from "./seal-view.ts";

const sandbox: SandboxReport = {
  ...{ level: "A", launcher: "bubblewrap", probeId: "p", probedAt: "2026-11-23T12:00:00.000Z" },
  ...{ runningAsRoot: false, staging: true, cgroup: true, checks: [], missing: [] },
};
const tool = (name: string, effect: ToolSpec["effect"]): ToolSpec => ({
  ...{ name, effect, description: "", arguments: {}, needs: ["grants"] },
});
const tools = [tool("read_file", "read"), tool("write_file", "write"), tool("run_script", "run")];
const look = (facts: Partial<SealFacts>) =>
  sealViewSchema.parse(
    sealView({
      ...{
        interfaces: [],
        socketsRefused: true,
        reason: undefined,
        sandbox,
        tools,
        agent: "assistant",
        policy: defaultPolicy,
        perimeter: { list: emptyPerimeter, fault: null, gateway: "absent", gatewayFault: null },
      },
      ...facts,
    }),
  );
const policyOf = (rules: Policy["rules"], minimumLevel: Policy["minimumLevel"] = "B"): Policy => ({
  ...{ version: 1, minimumLevel, rules },
});

it("with no interface and the default policy nothing is open", () => {
  expect(look({})).toMatchObject({ network: "none", openings: [] });
});

it("what is listed at the perimeter is an opening each, with who listed it", () => {
  expect(look({}).detail).toContain("There is no gateway process");
  const budget = { callsPerHour: 1, bytesPerCall: 1, bytesPerDay: 1 };
  const server = { budget, certificate: null, credentialHeader: null, addedBy: "ann", addedAt: "2026-11-23T12:00:00Z" };
  const connector = { certificate: "", enrolledAt: "", revokedAt: null };
  const list = {
    ...emptyPerimeter,
    servers: [
      { ...server, name: "records", url: "https://records.lan:8443/mcp", address: "10.0.0.7" },
      { ...server, name: "local", url: "http://[::1]/mcp", address: "::1" },
      { ...server, name: "by-hand", url: "nonsense", address: "10.0.0.9" },
    ],
    listener: { address: "10.0.0.2", port: 7443 },
    connectors: [
      { ...connector, name: "files" },
      { ...connector, name: "old", revokedAt: "2026-11-23T12:00:00Z" },
    ],
  };
  const seen = look({ perimeter: { list, fault: null, gateway: "running", gatewayFault: null } });
  expect(seen.openings).toEqual([
    "Perimeter: records at 10.0.0.7:8443 (records.lan), listed by ann on 2026-11-23.",
    "Perimeter: local at [::1]:80, listed by ann on 2026-11-23.",
    expect.stringContaining("by-hand at 10.0.0.9"),
    "Perimeter: 1 connector may dial in at 10.0.0.2:7443.",
  ]);
  expect(seen).toMatchObject({ network: "none", detail: expect.stringContaining("reaches what is listed below") });
});

it("an interface is said, with the reason that the shell gave", () => {
  const seen = look({ interfaces: ["eth0"], reason: "bubblewrap is not installed. Install it." });
  expect(seen).toMatchObject({ network: "reachable", openings: [expect.stringContaining("eth0")] });
  expect(seen.detail).toContain("bubblewrap is not installed. Install it.");
  expect(look({ interfaces: ["eth0"] }).detail).toContain("without a seal of its own");
});

it("sockets that are not refused are an opening, with and without a network", () => {
  const why = "the sandbox helper is not built";
  const seen = look({ socketsRefused: false, reason: why });
  expect(seen).toMatchObject({
    network: "none",
    openings: [expect.stringMatching(/^Sockets: programs on this machine/)],
  });
  expect(seen.detail).toContain(why);
  expect(look({ socketsRefused: false, interfaces: ["eth0"] }).openings).toEqual([
    expect.stringMatching(/^Network/),
    expect.stringMatching(/^Sockets/),
  ]);
});

describe("what the policy opens", () => {
  it.each<readonly [string, Policy | null, readonly string[]]>([
    ["a policy that cannot be used", null, []],
    ["reading", policyOf([{ tool: "effect:read", verdict: "allow" }]), []],
    ["a question", policyOf([{ tool: "effect:write", verdict: "ask" }]), []],
    [
      "a yes in a folder",
      policyOf([{ tool: "write_file", grant: "/docs", verdict: "allow", note: "Anna said always." }]),
      ["Policy: write_file in /docs without a question, by rule 1 of policy.json (Anna said always)."],
    ],
    [
      "a yes for everything",
      policyOf([{ tool: "effect:read", verdict: "allow" }, { verdict: "allow" }]),
      ["Policy: write_file, run_script in every folder that is granted without a question, by rule 2 of policy.json."],
    ],
    ["a yes that a no above it takes back", policyOf([{ verdict: "deny" }, { verdict: "allow" }]), []],
    ["a yes for somebody else", policyOf([{ agent: "other", verdict: "allow" }]), []],
    ["a lower minimum that is not used", policyOf([], "D"), []],
  ])("%s", (_what, policy, openings) => {
    expect(look({ policy }).openings).toEqual(openings);
  });

  it("a sandbox without the kernel counts when the policy takes it", () => {
    const weak = { ...sandbox, level: "C" as const };
    expect(look({ sandbox: weak }).openings).toEqual([]);
    expect(look({ sandbox: weak, policy: policyOf([], "C") }).openings).toEqual([
      expect.stringContaining("minimumLevel C"),
    ]);
  });
});
