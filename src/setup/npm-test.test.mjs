import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, it } from "vitest";
import { codeChecks } from "./code-checks.mjs";
import { here } from "./house.mjs";
import { testCounts } from "./test-counts.mjs";

describe("npm test", () => {
  it("checks the code as `npm run check` does", () => {
    const { scripts } = JSON.parse(readFileSync(here.packageFile, "utf8"));
    const parts = ["types", "lint", "format"].flatMap((part) => scripts[`check:${part}`].split(" && "));
    const ours = codeChecks(here.modules).map(({ script, args }) =>
      [relative(here.modules, script).split(/[/\\]/).at(-1), ...args].join(" "),
    );
    expect(ours).toEqual(parts);
  });

  it("counts a test file that could not be loaded as a failure", () => {
    const assertionResults = ["passed", "passed", "failed", "skipped", "pending", "todo"].map((status) => ({ status }));
    expect(testCounts({ testResults: [{ status: "failed", assertionResults }] })).toEqual({
      passed: 2,
      failed: 1,
      skipped: 3,
    });
    expect(testCounts({ testResults: [{ status: "failed", assertionResults: [] }] }).failed).toBe(1);
  });
});
