import { expect, it } from "vitest";
import type { SandboxReport } from "../shared/sandbox.ts";
import { sandboxItems } from "./sandbox-items.ts";

const report: SandboxReport = {
  level: "A",
  launcher: "bubblewrap",
  probeId: "p",
  probedAt: "2026-11-23T12:00:00.000Z",
  runningAsRoot: false,
  staging: true,
  cgroup: true,
  checks: [
    { name: "network", state: "stopped", detail: "" },
    { name: "home", state: "stopped", detail: "" },
    { name: "fork", state: "not-tried", detail: "" },
  ],
  missing: [],
};

it.each<readonly [string, Partial<SandboxReport>, readonly (readonly [string, string, string | null])[]]>([
  ["all of it", {}, [["ready", "level A by bubblewrap", null]]],
  [
    "as root",
    { runningAsRoot: true, missing: ["Run it as an ordinary user."] },
    [["limited", "you are root, which is not how to run tools", "Run it as an ordinary user."]],
  ],
  [
    "without cgroups",
    { missing: ["No cgroup can be made: delegate one."] },
    [["limited", "2 of 3 checks hold", "No cgroup can be made: delegate one."]],
  ],
  [
    "level B cannot stage",
    { level: "B", launcher: "landlock", staging: false, missing: ["Install bubblewrap."] },
    [
      ["limited", "level B by landlock", "Install bubblewrap."],
      ["missing", "cannot be shown first", null],
    ],
  ],
  [
    "none",
    { level: "D", launcher: "none", staging: false, missing: ["Run setup."] },
    [["missing", "no tool runs", "Run setup."]],
  ],
])("%s", (_what, changed, lines) => {
  const items = sandboxItems({ ...report, ...changed });
  expect(items.map(({ state, remedy }) => [state, remedy])).toEqual(lines.map(([state, , remedy]) => [state, remedy]));
  for (const [at, [, words]] of lines.entries()) expect(items[at]?.detail).toContain(words);
});
