import { describe, expect, it } from "vitest";
import { idleAtStart, type IdleState, ticked, touched } from "./kiosk-idle.ts";

const config = { idleSeconds: 60, countdownSeconds: 10 };
const after = (state: IdleState, ...seconds: readonly number[]) =>
  seconds.map((second) => (state = ticked(state, second * 1000, config)).told);

describe("the idle clock of a kiosk", () => {
  it("has nothing to clear before somebody came", () => {
    expect(after(idleAtStart, 1, 60, 100_000)).toEqual([0, 0, 0]);
  });

  it("counts down, clears, and stays so", () => {
    expect(after(touched(idleAtStart, 0), 1, 59.9, 60, 60.5, 61, 69, 69.9, 70, 71, 5000)).toEqual([
      ...[null, null, 10, 10, 9, 1, 1, 0, 0, 0],
    ]);
  });

  it("begins anew at a touch, in the countdown and after it", () => {
    const counting = ticked(touched(idleAtStart, 0), 65_000, config);
    expect(counting.told).toBe(5);
    expect(after(touched(counting, 65_000), 66, 124, 125, 135)).toEqual([null, null, 10, 0]);
    const cleared = ticked(counting, 80_000, config);
    expect(cleared.told).toBe(0);
    expect(after(touched(cleared, 90_000), 91, 150, 160)).toEqual([null, 10, 0]);
  });

  it("clears at once when the machine slept over it", () => {
    expect(after(touched(idleAtStart, 0), 3600)).toEqual([0]);
  });
});
