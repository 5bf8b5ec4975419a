import { randomBytes, scryptSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { formatPinLine } from "../shared/kiosk-pin.ts";
import { PinLock } from "./kiosk-pin.ts";

/** As cheap as a line may be. */
function lineFor(pin: string): string {
  const salt = randomBytes(16);
  const costs = { N: 16_384, r: 8, p: 1 };
  const hash = scryptSync(pin, salt, 32, costs);
  return formatPinLine({ ...costs, salt: salt.toString("base64"), hash: hash.toString("base64") });
}

const line = lineFor("246810");

describe("PinLock", () => {
  it("opens for the PIN and for nothing else", async () => {
    expect(await new PinLock(line).try("246810")).toEqual({ right: true, waitMs: 0, counted: true });
    for (const wrong of ["", "24681", "2468100", "246811", " 246810"]) {
      expect(await new PinLock(line).try(wrong)).toMatchObject({ right: false });
    }
  });

  it("takes a PIN however it is composed", async () => {
    expect((await new PinLock(lineFor("café99")).try("cafe\u030199")).right).toBe(true);
  });

  it("makes each wrong try wait longer, and does not look at one in between", async () => {
    let now = 0;
    const lock = new PinLock(line, () => now);
    const waits: number[] = [];
    for (let round = 0; round < 8; round++) {
      const { waitMs } = await lock.try("000000");
      waits.push(waitMs / 1000);
      now += waitMs / 2;
      // The right one, too soon: as if nobody had tried.
      expect(await lock.try("246810")).toEqual({ right: false, waitMs: waitMs / 2, counted: false });
      now += waitMs / 2;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect((await lock.try("246810")).right).toBe(true);
    now += 1;
    // And from the beginning.
    expect(await lock.try("000000")).toEqual({ right: false, waitMs: 1000, counted: true });
  });

  it("checks one at a time: many at once are one try", async () => {
    let now = 0;
    const lock = new PinLock(line, () => now);
    const tries = await Promise.all(["1", "2", "3", "246810"].map((pin) => lock.try(pin)));
    expect(tries.map(({ right }) => right)).toEqual([false, false, false, false]);
    now += 1000;
    expect(await lock.try("4")).toEqual({ right: false, waitMs: 2000, counted: true });
  });

  it("lets the event loop run while it checks", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await new PinLock(lineFor("1")).try("2");
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
  });

  it("refuses a line that is none", () => {
    expect(() => new PinLock("123456")).toThrow(/cannot be read/);
  });
});
