import { describe, expect, it } from "vitest";
import { judge, verdictsIn } from "./judge.ts";

const out = { escaped: true, why: "connected" };
const stop = { escaped: false, why: "socket: EPERM" };
const expected = { stoppedBy: /^socket: EPERM$/ };

describe("judge", () => {
  it("passes a stop only beside a control that escaped", () => {
    expect(judge(expected, { control: out, sealed: stop })).toEqual({ state: "stopped", why: "socket: EPERM" });
    expect(judge(expected, { control: out, sealed: stop, seen: { control: true, sealed: false } }).state).toBe(
      "stopped",
    );
  });

  it.each([
    ["no control", { control: undefined, sealed: stop }, "the control said nothing"],
    ["a control that is stopped too", { control: stop, sealed: stop }, "the control did not escape"],
    [
      "a detector that does not see the control",
      { control: out, sealed: stop, seen: { control: false, sealed: false } },
      "the host did not see",
    ],
    ["silence", { control: out, sealed: undefined }, "sealed, it said nothing"],
    ["an escape", { control: out, sealed: out }, "NOT STOPPED"],
    [
      "an escape that only the host saw",
      { control: out, sealed: stop, seen: { control: true, sealed: true } },
      "the host saw it",
    ],
    ["another reason", { control: out, sealed: { escaped: false, why: "connect: ECONNREFUSED" } }, "another kind"],
    ["a crash", { control: out, sealed: { escaped: false, why: "killed by SIGSEGV" } }, "another kind"],
  ])("fails %s", (_, observed, words) => {
    expect(judge(expected, observed)).toEqual({ state: "FAILED", why: expect.stringContaining(words) });
  });

  it("says so when a control is impossible, for the listed reason only", () => {
    const rule = { ...expected, noControl: [{ when: /EAFNOSUPPORT/, reason: "no vsock in this kernel" }] };
    const without = (why: string) => judge(rule, { control: { escaped: false, why }, sealed: stop });
    expect(without("socket: EAFNOSUPPORT").state).toBe("stopped, no control");
    expect(without("socket: EMFILE").state).toBe("FAILED");
  });

  it("lists what is known not to be stopped, and nothing else", () => {
    const rule = { ...expected, listed: "no cgroup" };
    expect(judge(rule, { control: out, sealed: out }).state).toBe("listed");
    expect(judge(rule, { control: stop, sealed: out }).state).toBe("FAILED");
    expect(judge(rule, { control: out, sealed: stop }).state).toBe("stopped");
  });
});

it("verdictsIn reads the program's lines and passes over the rest", () => {
  expect(verdictsIn('noise\n{"name":"tcp","escaped":false,"why":"x"}\nxxxx')).toEqual([
    { name: "tcp", escaped: false, why: "x" },
  ]);
});
