import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, closeSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bubblewrapLauncher } from "./bubblewrap.ts";
import { type Facts, judge } from "./probe-checks.ts";
import { readFacts } from "./probe.ts";
import { canSeal, sealPath } from "./testing/machine.ts";

const launcher = bubblewrapLauncher({ bwrapPath: "/usr/bin/bwrap", sealPath, nodePath: "/node", systemFolders: [] });
const nothing: Facts = {
  seen: new Map(),
  staged: [],
  untouched: true,
  given: ["PATH"],
  host: new Map([["net", "net:[1]"]]),
};
const stateOf = (facts: Partial<Facts>) =>
  new Map(judge(launcher, { ...nothing, ...facts }).map(({ name, state }) => [name, state]));

describe("judge", () => {
  it("takes silence for failure, never for success", () => {
    const states = stateOf({});
    // What is not tried is tried by another check; the host's folders were looked at from outside.
    for (const name of ["a signal to the host", "the host's environment"]) {
      expect(states.get(name)).toBe("not-tried");
      states.delete(name);
    }
    states.delete("the host's folders");
    expect(new Set(states.values())).toEqual(new Set(["failed"]));
  });

  it.each([
    ["a TCP socket", "socket-tcp", "done", "escaped"],
    ["a TCP socket", "socket-tcp", "1", "stopped"],
    ["a TCP socket", "socket-tcp", "0", "failed"],
    ["a TCP socket", "socket-tcp", "maybe", "failed"],
    ["reading a grant", "read-grant", "done", "works"],
    ["reading a grant", "read-grant", "2", "failed"],
    ["no new privileges", "status-NoNewPrivs:", "0", "failed"],
    ["the filter of system calls", "status-Seccomp:", "2", "works"],
    ["the filter of system calls", "status-Seccomp:", "0", "failed"],
    ["capabilities (CapEff)", "status-CapEff:", "0000000000000000", "stopped"],
    ["capabilities (CapEff)", "status-CapEff:", "0000000000000001", "escaped"],
    ["a namespace of its own (net)", "namespace-net", "net:[1]", "escaped"],
    ["a namespace of its own (net)", "namespace-net", "net:[2]", "stopped"],
    ["a namespace of its own (net)", "namespace-net", "", "failed"],
  ] as const)("%s: %s %s is %s", (name, fact, value, state) => {
    expect(stateOf({ seen: new Map([[fact, value]]) }).get(name)).toBe(state);
  });

  it("finds a variable that was not given", () => {
    const seen = new Map([["environment-PATH", "set"]]);
    expect(stateOf({ seen }).get("the environment")).toBe("stopped");
    expect(stateOf({ seen: seen.set("environment-SECRET", "set") }).get("the environment")).toBe("escaped");
  });

  it("wants the layer seen and the folders untouched", () => {
    expect(stateOf({ staged: ["indoors-probe"] }).get("the layer is read by the host")).toBe("works");
    expect(stateOf({ staged: ["indoors-probe"], untouched: false }).get("the layer is read by the host")).toBe(
      "failed",
    );
    expect(stateOf({ untouched: false }).get("the host's folders")).toBe("escaped");
  });
});

describe.skipIf(!canSeal)("the probe as its own control", () => {
  const folder = mkdtempSync(join(tmpdir(), "indoors-control-"));
  let planted: number;
  beforeAll(() => {
    for (const name of ["outside", "ro", "rw"]) mkdirSync(join(folder, name));
    for (const name of ["canary", "ro/canary"]) writeFileSync(join(folder, name), "x");
    planted = openSync(join(folder, "canary"), "r");
  });
  afterAll(() => {
    closeSync(planted);
    rmSync(folder, { recursive: true, force: true });
  });

  it("without a sandbox every attempt gets through, so that a stop means something", () => {
    const at = (name: string) => join(folder, name);
    const { stdout } = spawnSync(
      sealPath,
      [
        ...["probe", "--canary", at("canary"), "--outside", at("outside"), "--ro", at("ro"), "--rw", at("rw")],
        ...["--fd", "3", "--pid", String(process.pid)],
      ],
      { env: { TMPDIR: at("rw"), SECRET: "x" }, encoding: "utf8", stdio: ["ignore", "pipe", "inherit", planted] },
    );
    const seen = readFacts(stdout);
    const untouched = readdirSync(at("outside")).length === 0;
    const checks = judge(launcher, { seen, staged: [], untouched, given: [], host: new Map() });
    const notEscaped = checks.filter(({ state }) => state !== "escaped").map(({ name }) => name);
    const mayNotExistHere = ["a vsock socket", "io_uring", "the kernel's keyring", "a new user namespace"];
    const withoutPrivilege = ["capabilities (CapPrm)", "capabilities (CapEff)"];
    expect(notEscaped.filter((name) => ![...mayNotExistHere, ...withoutPrivilege].includes(name)).toSorted()).toEqual([
      "no new privileges",
      "reading a grant",
      "the filter of system calls",
      "the layer is read by the host",
      "the private /tmp",
      "the probe's own end",
      "writing to a layer",
    ]);
  });
});
