import { describe, expect, it } from "vitest";
import { ListenerGate } from "./listener-gate.ts";

describe("places at the door", () => {
  it("are few for one source and not many for all", () => {
    const gate = new ListenerGate({ waiting: 5, waitingPerSource: 2 });
    const taken = ["a", "a", "a", "b", "b", "c", "d"].map((source) => gate.enter(source));
    expect(taken.map((leave) => leave !== undefined)).toEqual([true, true, false, true, true, true, false]);
  });

  it("are given back once", () => {
    const gate = new ListenerGate({ waiting: 5, waitingPerSource: 1 });
    const leave = gate.enter("a");
    expect(gate.enter("a")).toBeUndefined();
    leave?.();
    leave?.();
    expect(gate.enter("a")).toBeDefined();
    expect(gate.enter("a")).toBeUndefined();
  });
});

describe("what was refused", () => {
  const gate = () => new ListenerGate({ waiting: 1, waitingPerSource: 1 });

  it("is told once in ten seconds for a source, with the number that was not", () => {
    const told = gate();
    expect([0, 1, 5000, 9999, 10_000, 10_001].map((now) => told.tell("a", now))).toEqual([
      { unsaid: 0 },
      undefined,
      undefined,
      undefined,
      { unsaid: 3 },
      undefined,
    ]);
    expect(told.tell("b", 10_001)).toEqual({ unsaid: 0 });
  });

  it("of many sources is remembered for the newest only", () => {
    const told = gate();
    for (let source = 0; source < 1001; source++) told.tell(String(source), 0);
    expect(told.tell("1000", 1)).toBeUndefined();
    expect(told.tell("0", 1)).toEqual({ unsaid: 0 });
  });
});
