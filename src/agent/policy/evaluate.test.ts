import { describe, expect, it } from "vitest";
import type { Policy, PolicyRule, Verdict } from "../../shared/policy.ts";
import type { SandboxLevel } from "../../shared/sandbox.ts";
import type { Grant } from "../../shared/tool.ts";
import { defaultPolicy } from "./default-policy.ts";
import { evaluate, type Situation } from "./evaluate.ts";

const grantOf = (path: string): Grant => ({ name: path.split("/").at(-1) ?? "", path, mode: "rw" });
const policyOf = (...rules: PolicyRule[]): Policy => ({ version: 1, minimumLevel: "B", rules });
const read = { name: "read_file", effect: "read" } as const;
const write = { name: "write_file", effect: "write" } as const;
const script = { name: "run_script", effect: "run" } as const;
const find = { name: "lab__find", effect: "read", server: { name: "lab" } } as const;
const send = { name: "lab__send", effect: "run", server: { name: "lab" } } as const;
const sampling = { name: "sampling:lab", effect: "run" } as const;

function situation(tool: Situation["tool"], grants: readonly string[], more: Partial<Situation> = {}): Situation {
  return { agent: "assistant", tool, grants: grants.map(grantOf), level: "A", taint: [], ...more };
}

describe("the default policy", () => {
  it.each([
    [read, "allow", 0],
    [write, "ask", 1],
    [script, "ask", 2],
  ] as const)("%o: %s", (tool, verdict, rule) => {
    expect(evaluate(defaultPolicy, situation(tool, ["/home/a/docs"]))).toMatchObject({ verdict, rule });
    expect(evaluate(defaultPolicy, situation(tool, []))).toMatchObject({ verdict, rule });
  });
});

describe("rules", () => {
  const table: readonly (readonly [string, Policy, Situation, Verdict, number | null])[] = [
    ["what is not listed is denied", policyOf(), situation(read, ["/d"]), "deny", null],
    [
      "the first rule that matches decides",
      policyOf({ tool: "read_file", verdict: "ask" }, { verdict: "allow" }),
      situation(read, ["/d"]),
      "ask",
      0,
    ],
    [
      "a rule for another tool, effect or agent says nothing",
      policyOf(
        { tool: "write_file", verdict: "deny" },
        { tool: "effect:run", verdict: "deny" },
        { agent: "clerk", verdict: "deny" },
        { agent: "assistant", tool: "effect:read", verdict: "allow" },
      ),
      situation(read, ["/d"]),
      "allow",
      3,
    ],
    [
      "a rule for a folder covers that folder",
      policyOf({ grant: "/d", verdict: "allow" }),
      situation(read, ["/d"]),
      "allow",
      0,
    ],
    ["… and folders below it", policyOf({ grant: "/d/", verdict: "allow" }), situation(read, ["/d/e/f"]), "allow", 0],
    [
      "… and not one whose name only begins alike",
      policyOf({ grant: "/d", verdict: "allow" }),
      situation(read, ["/data"]),
      "deny",
      null,
    ],
    [
      "an allow for a folder inside the grant allows nothing",
      policyOf({ grant: "/d/e", verdict: "allow" }),
      situation(read, ["/d"]),
      "deny",
      null,
    ],
    [
      "a deny for a folder inside the grant denies the call",
      policyOf({ grant: "/d/e", verdict: "deny" }, { verdict: "allow" }),
      situation(read, ["/d"]),
      "deny",
      0,
    ],
    [
      "an ask for a folder inside does not hide a later deny for another",
      policyOf({ grant: "/d/e", verdict: "ask" }, { grant: "/d/f", verdict: "deny" }, { verdict: "allow" }),
      situation(read, ["/d"]),
      "deny",
      1,
    ],
    [
      "allow needs every touched folder",
      policyOf({ grant: "/d", verdict: "allow" }),
      situation(read, ["/d", "/e"]),
      "deny",
      null,
    ],
    [
      "the strictest of the touched folders counts",
      policyOf({ grant: "/d", verdict: "allow" }, { grant: "/e", verdict: "ask" }),
      situation(read, ["/d", "/e"]),
      "ask",
      1,
    ],
    [
      "a rule for a folder says nothing of a call that touches none",
      policyOf({ grant: "/d", verdict: "allow" }),
      situation(read, []),
      "deny",
      null,
    ],
    [
      "Windows paths: other slashes, other case",
      policyOf({ grant: "c:/Users/A/docs", verdict: "deny" }, { verdict: "allow" }),
      situation(read, ["C:\\users\\a\\Docs\\x"]),
      "deny",
      0,
    ],
  ];
  it.each(table)("%s", (_what, policy, given, verdict, rule) => {
    expect(evaluate(policy, given)).toMatchObject({ verdict, rule });
  });

  it("says which rule it was and why it is there", () => {
    const policy = policyOf({ tool: "effect:write", grant: "/d", verdict: "deny", note: "The archive is read only." });
    expect(evaluate(policy, situation(write, ["/d"])).reason).toBe(
      "Rule 1 of the policy denies tools that write in d (The archive is read only).",
    );
    expect(evaluate(policyOf(), situation(write, ["/d"])).reason).toBe("No rule of the policy lists write_file in d.");
  });
});

describe("tools of a server", () => {
  it.each<readonly [string, readonly PolicyRule[], Situation["tool"], Verdict, number | null]>([
    ["a rule about the server", [{ tool: "server:lab", verdict: "deny" }, { verdict: "allow" }], send, "deny", 0],
    [
      "a rule about another server",
      [{ tool: "server:lab-2", verdict: "deny" }, { verdict: "allow" }],
      send,
      "allow",
      1,
    ],
    ["… or about a tool called like it", [{ tool: "lab", verdict: "deny" }, { verdict: "allow" }], send, "allow", 1],
    ["is no rule about other tools", [{ tool: "server:lab", verdict: "allow" }], script, "deny", null],
    ["effects hold for it too", [{ tool: "effect:run", verdict: "ask" }], send, "ask", 0],
    ["… each as a person said", [{ tool: "effect:run", verdict: "deny" }, { verdict: "allow" }], find, "allow", 1],
  ])("%s", (_what, rules, tool, verdict, rule) => {
    expect(evaluate(policyOf(...rules), situation(tool, []))).toMatchObject({ verdict, rule });
  });

  it("are named with their server", () => {
    const reason = (tool: Situation["tool"], ...rules: PolicyRule[]) =>
      evaluate(policyOf(...rules), situation(tool, [])).reason;
    expect(reason(send)).toBe("No rule of the policy lists lab__send of the server lab.");
    expect(reason(send, { tool: "server:lab", verdict: "deny" })).toBe(
      "Rule 1 of the policy denies every tool of the server lab.",
    );
    expect(reason(send, { tool: "lab__send", verdict: "ask" })).toBe(
      "Rule 1 of the policy asks about lab__send of the server lab.",
    );
    expect(reason(find, { tool: "effect:read", verdict: "allow" })).toBe(
      "Rule 1 of the policy allows tools that read, such as lab__find of the server lab.",
    );
  });
});

describe("whether a server may use the model", () => {
  // The last column is the control: the same rule about a call of the server.
  it.each<readonly [string, PolicyRule, Verdict, Verdict]>([
    ["exactly that rule", { tool: "sampling:lab", verdict: "allow" }, "allow", "deny"],
    ["that rule for another agent", { agent: "clerk", tool: "sampling:lab", verdict: "allow" }, "deny", "deny"],
    ["that rule for another server", { tool: "sampling:lab-2", verdict: "allow" }, "deny", "deny"],
    ["a rule about its effect", { tool: "effect:run", verdict: "allow" }, "deny", "allow"],
    ["a rule about its server", { tool: "server:lab", verdict: "allow" }, "deny", "allow"],
    ["a rule about everything", { verdict: "allow" }, "deny", "allow"],
  ])("%s", (_what, rule, verdict, called) => {
    expect(evaluate(policyOf(rule), situation(sampling, [])).verdict).toBe(verdict);
    expect(evaluate(policyOf(rule), situation(send, [])).verdict).toBe(called);
  });
});

describe("the minimum level", () => {
  const allowing = (policy: Partial<Policy>): Policy => ({ ...policyOf({ verdict: "allow" }), ...policy });
  it.each<readonly [string, Policy, SandboxLevel, Verdict]>([
    ["as good as asked for", allowing({ minimumLevel: "B" }), "B", "allow"],
    ["better", allowing({ minimumLevel: "B" }), "A", "allow"],
    ["worse", allowing({ minimumLevel: "B" }), "C", "deny"],
    ["stricter for this tool", allowing({ minimumLevel: "C", minimumLevelOf: { read_file: "A" } }), "B", "deny"],
    ["stricter for another tool", allowing({ minimumLevel: "C", minimumLevelOf: { run_script: "A" } }), "B", "allow"],
    ["a tool cannot loosen it", allowing({ minimumLevel: "A", minimumLevelOf: { read_file: "D" } }), "B", "deny"],
  ])("%s", (_what, policy, level, verdict) => {
    expect(evaluate(policy, situation(read, ["/d"], { level })).verdict).toBe(verdict);
  });
  it("says what is needed and what there is", () => {
    const { reason, rule } = evaluate(allowing({}), situation(read, [], { level: "D" }));
    expect([reason, rule]).toEqual([
      "read_file needs the sandbox at level B or better; on this machine it is at level D.",
      null,
    ]);
  });
});

describe("taint", () => {
  const allowed = policyOf({ verdict: "allow" });
  const taint = ["read_file docs/a.txt"];
  it.each([
    [read, "allow"],
    [write, "ask"],
    [script, "ask"],
  ] as const)("%o after untrusted content: %s", (tool, verdict) => {
    expect(evaluate(allowed, situation(tool, ["/d"])).verdict).toBe("allow");
    const tainted = evaluate(allowed, situation(tool, ["/d"], { taint }));
    expect(tainted).toMatchObject({ verdict, rule: 0 });
    if (verdict === "ask") expect(tainted.reason).toContain("read_file docs/a.txt");
  });
  it("does not turn a deny into a question", () => {
    expect(evaluate(policyOf(), situation(write, ["/d"], { taint })).verdict).toBe("deny");
  });
});

describe("on random policies", () => {
  const order: Readonly<Record<Verdict, number>> = { allow: 0, ask: 1, deny: 2 };
  const random = seeded(20261123);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const folders = ["/d", "/d/e", "/d/e/g", "/d/f", "/h"];
  const maybe = <K extends string, V>(key: K, values: readonly V[]) =>
    (random() < 0.5 ? {} : { [key]: pick(values) }) as { [key in K]?: V };
  const randomRule = (): PolicyRule => ({
    ...maybe("agent", ["assistant", "clerk"]),
    ...maybe("tool", [
      ...["read_file", "write_file", "run_script", "effect:read", "effect:write", "effect:run"],
      ...["lab__find", "lab__send", "server:lab", "server:hut", "sampling:lab"],
    ]),
    ...maybe("grant", folders),
    verdict: pick(["allow", "ask", "deny"] as const),
  });
  const randomPolicy = () => ({
    ...policyOf(...Array.from({ length: Math.floor(random() * 6) }, randomRule)),
    minimumLevel: pick(["A", "B", "C", "D"] as const),
  });
  const randomSituation = () =>
    situation(
      pick([read, write, script, find, send, { ...send, effect: "write" as const }, sampling]),
      [...new Set([pick(folders), pick(folders)])].slice(0, pick([0, 1, 2])),
      {
        agent: pick(["assistant", "clerk"]),
        level: pick(["A", "B", "C", "D"] as const),
        taint: pick([[], ["read_file d/a"]]),
      },
    );
  const rounds = 4_000;
  const top = (rule: PolicyRule, policy: Policy): Policy => ({ ...policy, rules: [rule, ...policy.rules] });

  it("a deny at the top never makes anything easier, and an ask at the top never allows what was not", () => {
    let changed = 0;
    for (let round = 0; round < rounds; round++) {
      const [policy, given] = [randomPolicy(), randomSituation()];
      const before = evaluate(policy, given).verdict;
      const denied = evaluate(top({ ...randomRule(), verdict: "deny" }, policy), given).verdict;
      expect(order[denied]).toBeGreaterThanOrEqual(order[before]);
      if (denied !== before) changed += 1;
      const asked = evaluate(top({ ...randomRule(), verdict: "ask" }, policy), given).verdict;
      if (asked === "allow") expect(before).toBe("allow");
    }
    expect(changed).toBeGreaterThan(100);
  });

  it("a rule about one server changes nothing for other tools, and only its own name lets it use the model", () => {
    const strangers = [read, write, script, { ...find, name: "hut__find", server: { name: "hut" } }, sampling];
    let allowed = 0;
    for (let round = 0; round < rounds; round++) {
      const [policy, given] = [randomPolicy(), randomSituation()];
      const tool = pick(strangers);
      const rule = { ...randomRule(), tool: "server:lab" };
      expect(evaluate(top(rule, policy), { ...given, tool }).verdict).toBe(
        evaluate(policy, { ...given, tool }).verdict,
      );
      const others: Policy = { ...policy, rules: policy.rules.filter((one) => one.tool !== "sampling:lab") };
      expect(evaluate(others, { ...given, tool: sampling }).verdict).toBe("deny");
      if (evaluate(policy, { ...given, tool: sampling }).verdict !== "deny") allowed += 1;
    }
    expect(allowed).toBeGreaterThan(50);
  });

  it("more taint, a weaker sandbox or one more touched folder never makes anything easier", () => {
    for (let round = 0; round < rounds; round++) {
      const [policy, given] = [randomPolicy(), randomSituation()];
      const before = order[evaluate(policy, given).verdict];
      for (const harder of [
        { ...given, taint: [...given.taint, "more"] },
        { ...given, level: "D" as const },
        ...(given.grants.length > 0 ? [{ ...given, grants: [...given.grants, grantOf(pick(folders))] }] : []),
      ]) {
        expect(order[evaluate(policy, harder).verdict]).toBeGreaterThanOrEqual(before);
      }
    }
  });

  it("the rule that an answer of `always` adds turns no deny into an allow, for any later call", () => {
    let added = 0;
    for (let round = 0; round < rounds; round++) {
      const [policy, given] = [randomPolicy(), randomSituation()];
      if (given.grants.length === 0 || evaluate(policy, given).verdict !== "ask") continue;
      added += 1;
      const rules = given.grants.map(({ path }) => ({
        agent: given.agent,
        tool: given.tool.name,
        grant: path,
        verdict: "allow" as const,
      }));
      const after: Policy = { ...policy, rules: [...rules, ...policy.rules] };
      for (const path of folders) {
        const later = { ...given, grants: [grantOf(path)], taint: [] };
        if (evaluate(policy, later).verdict === "deny") expect(evaluate(after, later).verdict).toBe("deny");
      }
    }
    expect(added).toBeGreaterThan(200);
  });
});

/** Mulberry32: the same numbers for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
