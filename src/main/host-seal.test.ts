import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { chooseSeal, tryHostSeal } from "./host-seal.ts";

const helper = fileURLToPath(new URL("../../resources/sandbox/seal", import.meta.url));
const all = { bwrap: "/usr/bin/bwrap", helper: "/app/seal" };

/** A machine by what fails there: an attempt is told by which programs take part, and how often bubblewrap does. */
const machine = (fails: { bwrap?: boolean; filter?: boolean; nesting?: boolean; nestingUnderFilter?: boolean }) => {
  return (args: readonly string[]) => {
    const filtered = args.includes("host");
    const nested = args.includes("/usr/bin/bwrap");
    if (fails.bwrap) return "bwrap: No permissions to create new namespace\nmore";
    if (fails.filter && filtered) return "error seccomp cannot be applied: Invalid argument";
    if (nested && (fails.nesting || (filtered && fails.nestingUnderFilter))) return "bwrap: no nesting";
    return null;
  };
};

describe("what it is started with", () => {
  it.each([
    ["everything works", all, {}, { sealed: true, open: null }],
    ["there is no helper", { ...all, helper: null }, {}, { sealed: true, open: "the sandbox helper is not built" }],
    [
      "the filter is refused",
      all,
      { filter: true },
      { sealed: true, open: expect.stringContaining("Invalid argument") },
    ],
    [
      "the filter breaks tools",
      all,
      { nestingUnderFilter: true },
      { sealed: true, open: expect.stringContaining("no nesting") },
    ],
    ["nothing nests anyhow", all, { nesting: true }, { sealed: true, open: null }],
    [
      "bubblewrap is refused",
      all,
      { bwrap: true },
      { sealed: false, reason: expect.stringMatching(/^bubblewrap is refused here: bwrap: [^\n]+$/) },
    ],
    ["there is no bubblewrap", { ...all, bwrap: null }, {}, { sealed: false, reason: "bubblewrap is not installed" }],
  ])("%s", (_what, programs, fails, expected) => {
    const seal = chooseSeal("linux", programs, machine(fails));
    expect(seal).toMatchObject(expected);
    if (seal.sealed) expect(seal.args.includes("host")).toBe(seal.open === null);
  });

  it.each(["win32", "darwin"])("%s has nothing of it", (platform) => {
    expect(chooseSeal(platform, all, machine({}))).toMatchObject({
      sealed: false,
      reason: expect.stringMatching(/^this/),
    });
  });
});

describe("on this machine", () => {
  const seal = tryHostSeal(helper);
  if (!seal.sealed) console.warn(`skipped: the host cannot be sealed here: ${seal.reason}`);
  else if (seal.open !== null) console.warn(`skipped: the host may open sockets here: ${seal.open}`);

  it.skipIf(!seal.sealed)("inside there is no network but the loopback; outside there is", () => {
    if (!seal.sealed) return;
    const interfaces = (text: string) => [...text.matchAll(/^\s*([^\s:|]+):/gm)].map(([, name]) => name);
    const inside = execFileSync(seal.command, [...seal.args, "/bin/cat", "/proc/net/dev"], { encoding: "utf8" });
    expect(interfaces(inside)).toEqual(["lo"]);
    const outside = interfaces(readFileSync("/proc/net/dev", "utf8"));
    if (outside.length < 2) console.warn("no control: this machine has no network interface itself");
    else expect(outside).not.toEqual(["lo"]);
  });

  it.skipIf(!seal.sealed || seal.open !== null)("without the helper it is only without a network, and says so", () => {
    const without = tryHostSeal("/gone/seal");
    if (!without.sealed || !seal.sealed) throw new Error("bubblewrap alone does not work");
    expect(without.open).toBe("the sandbox helper is not built");
    const probe = (args: readonly string[]) =>
      execFileSync("/bin/sh", ["-c", '"$0" "$@"; true', seal.command, ...args, helper, "probe-host"], {
        encoding: "utf8",
      });
    expect(probe(without.args)).toContain("a socket, family 1, type 1");
    expect(probe(seal.args)).toBe("refused\n");
  });
});
