import { describe, expect, it } from "vitest";
import type { Decision } from "../../../src/shared/run.ts";
import type { CallPart } from "./run-parts.ts";
import { whyRefused } from "./why-refused.ts";

const part = (tool: string, decisions: readonly Decision[], code?: string): CallPart => ({
  ...{ kind: "call", call: { id: "c1", tool, arguments: {} }, decisions },
  result: code === undefined ? undefined : { outcome: { ok: false, code, text: "The words of the host." }, ms: 1 },
});
const denied: Decision = { decision: "deny", reason: "Rule 3 of the policy denies it.", rule: 2, verdict: "deny" };
const allowed: Decision = { decision: "allow", reason: "Rule 1 allows it.", rule: 0, verdict: "allow" };

describe("why a call was refused", () => {
  it("is a rule of the policy", () => {
    const why = { reason: "Rule 3 of the policy denies it.", rule: 3, server: null };
    expect(whyRefused(part("read_file", [denied]))).toEqual(why);
    expect(whyRefused(part("records__search", [denied], "tool.denied"))).toEqual(why);
  });

  it("is a server's tool that nobody approved, or that is another one now", () => {
    const before: Decision = { decision: "deny", reason: "It was described anew.", rule: null };
    expect(whyRefused(part("records__search", [before]))).toMatchObject({ rule: null, server: "records" });
    expect(whyRefused(part("records__search", [allowed], "server.refused"))).toEqual({
      ...{ reason: "The words of the host.", rule: null, server: "records" },
    });
    expect(whyRefused(part("nonsense", [{ ...before, reason: "There is no tool 'nonsense'." }]))?.server).toBeNull();
  });

  it("needs no explanation when a person said no, nor when it was not refused", () => {
    expect(whyRefused(part("read_file", [{ ...denied, by: "desktop:dana", verdict: "ask" }]))).toBeNull();
    expect(whyRefused(part("read_file", [allowed]))).toBeNull();
    expect(whyRefused(part("read_file", [allowed], "timeout"))).toBeNull();
  });
});
