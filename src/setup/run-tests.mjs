import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { runAttached } from "./hand-over.mjs";
import { here } from "./house.mjs";
import { testCounts } from "./test-counts.mjs";

/**
 * Runs vitest on this terminal: its exit code, and how many tests passed, failed and were skipped.
 * @param {string} runtime the Node that runs it, and that tests find on the PATH
 * @param {readonly string[]} args for vitest
 */
export async function runTests(runtime, args) {
  const folder = mkdtempSync(join(tmpdir(), "indoors-test-"));
  const report = join(folder, "report.json");
  try {
    const vitest = [join(here.modules, "vitest", "vitest.mjs"), "run", "--config", "src/vitest.config.ts"];
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const env = { ...process.env, PATH: `${dirname(runtime)}${delimiter}${process.env["PATH"] ?? ""}` };
    const { code } = await runAttached(runtime, [...vitest, ...reporters, ...args], { cwd: here.root, env });
    return { code, ...countsIn(report) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} report */
function countsIn(report) {
  try {
    return testCounts(JSON.parse(readFileSync(report, "utf8")));
  } catch {
    console.error("The tests ended without a report.");
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
