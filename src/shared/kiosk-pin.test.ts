import { describe, expect, it } from "vitest";
import { formatPinLine, parsePinLine } from "./kiosk-pin.ts";

const salt = "A".repeat(22) + "==";
const hash = "B".repeat(43) + "=";

describe("the line of a PIN", () => {
  it("is read as it is written", () => {
    const line = { N: 65_536, r: 8, p: 1, salt, hash };
    expect(parsePinLine(formatPinLine(line))).toEqual(line);
  });

  it.each([
    ["another scheme", `bcrypt$65536$8$1$${salt}$${hash}`],
    ["too few parts", `scrypt$65536$8$1$${salt}`],
    ["costs that protect nothing", `scrypt$1024$8$1$${salt}$${hash}`],
    ["costs that stop the machine", `scrypt$1048576$16$1$${salt}$${hash}`],
    ["a cost that is no power of two", `scrypt$65537$8$1$${salt}$${hash}`],
    ["no blocks", `scrypt$65536$0$1$${salt}$${hash}`],
    ["too many lanes", `scrypt$65536$8$17$${salt}$${hash}`],
    ["a short salt", `scrypt$65536$8$1$AAAA$${hash}`],
    ["a short hash", `scrypt$65536$8$1$${salt}$BBBB`],
    ["the PIN itself", "123456"],
    ["something after it", `scrypt$65536$8$1$${salt}$${hash}\n`],
  ])("is refused with %s", (_what, line) => expect(parsePinLine(line)).toBeNull());
});
