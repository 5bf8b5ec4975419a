import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { makeCode, readCode } from "./enrolment-code.ts";

const fingerprint = randomBytes(32).toString("hex");
const secret = randomBytes(20).toString("hex");
const here = { address: "10.0.0.7", port: 7443, fingerprint, secret };

describe("an enrolment code", () => {
  it.each([
    ["10.0.0.7", 7443, "10.0.0.7"],
    ["192.168.255.1", 1, "192.168.255.1"],
    ["fd12:3456::9", 65_535, "fd12:3456::9"],
    ["::1", 80, "::1"],
    ["FD00:0:0:0:0:0:0:1", 80, "fd00::1"],
    ["fd00:1:2:3:4:5:6:7", 80, "fd00:1:2:3:4:5:6:7"],
  ])("goes round: %s %i", (address, port, read) => {
    for (let round = 0; round < 50; round++) {
      const parts = { fingerprint: randomBytes(32).toString("hex"), secret: randomBytes(20).toString("hex") };
      const code = makeCode({ address, port, ...parts });
      expect(code).toMatch(/^INDOORS(?:-[0-9A-HJKMNP-TV-Z]{1,6})+$/);
      expect(readCode(code)).toEqual({
        address: read,
        port,
        fingerprintStart: parts.fingerprint.slice(0, 32),
        secret: parts.secret,
      });
    }
  });

  it("has 72 letters for IPv4", () => {
    expect(makeCode(here).replaceAll("-", "")).toHaveLength("INDOORS".length + 72);
  });

  it("is read in small letters, with spaces, and with O, I and L for what they look like", () => {
    const code = makeCode(here);
    const [word, ...groups] = code.split("-");
    const mistaken = groups.join(" ").replaceAll("0", "o").replaceAll("1", "l");
    expect(readCode(` ${word?.toLowerCase()} ${mistaken.toLowerCase()}\n`)).toEqual(readCode(code));
  });

  it.each([
    ["another word", (code: string) => code.replace("INDOORS", "INDOOR"), /does not begin with INDOORS-/],
    ["nothing", () => "", /does not begin/],
    ["only the word", () => "INDOORS-", /it has 0 letters, and a whole one has 72 or 92/],
    ["a letter too few", (code: string) => code.slice(0, -1), /it has 71 letters/],
    ["a letter twice", (code: string) => `${code}A`, /it has 73 letters/],
    ["a letter that there is not", (code: string) => `${code.slice(0, -1)}U`, /cannot contain 'U'/],
    ["a sign", (code: string) => `${code.slice(0, -1)}!`, /cannot contain '!'/],
  ])("says what is wrong: %s", (_what, damage, words) => {
    expect(() => readCode(damage(makeCode(here)))).toThrow(words);
  });

  it("finds every single wrong letter but one in tens of thousands", () => {
    const code = makeCode(here);
    let missed = 0;
    let tried = 0;
    for (let at = "INDOORS-".length; at < code.length; at++) {
      if (code[at] === "-") continue;
      for (const letter of "0123456789ABCDEFGHJKMNPQRSTVWXYZ") {
        if (letter === code[at]) continue;
        tried += 1;
        try {
          readCode(code.slice(0, at) + letter + code.slice(at + 1));
          missed += 1;
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: "input.invalid" });
        }
      }
    }
    expect(tried).toBe(72 * 31);
    expect(missed).toBeLessThan(3);
  });
});
