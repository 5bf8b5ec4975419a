// `npm test`: all set-up, the checks of the code, then every test. Further arguments go to vitest.
// The last line is alone: how many tests passed, failed and were skipped.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { codeChecks } from "./code-checks.mjs";
import { entry } from "./entry.mjs";
import { runAttached } from "./hand-over.mjs";
import { here } from "./house.mjs";
import { durationInWords } from "./in-words.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { runtimePath } from "./runtime.mjs";
import { setUp } from "./set-up.mjs";
import { allSteps } from "./steps.mjs";
import { talkOn } from "./talk.mjs";
import { testCounts } from "./test-counts.mjs";

await entry(async (args) => {
  const talk = talkOn(process.stderr);
  const reports = await setUp(allSteps, { house: here, talk });
  const runtime = runtimePath(here);
  // A build that fails has its reason in the type errors below, so tests go on without it.
  const isLacking = (/** @type {string} */ name) =>
    reports.some(({ step, state }) => step.name === name && state === "lacking");
  if (runtime === undefined || isLacking("Node modules") || isLacking("Runtime")) return 1;
  const isCodeRight = await checkCode(runtime, talk);
  const { code, passed, failed, skipped } = await runTests(runtime, args);
  const isRight = isCodeRight && !isLacking("Build");
  if (!isRight) talk.say("The code did not pass its checks or its build: see above, before the tests.");
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return isRight && code === 0 && failed === 0 ? 0 : 1;
});

/**
 * @param {string} runtime
 * @param {import("./talk.mjs").Talk} talk
 */
async function checkCode(runtime, talk) {
  let isRight = true;
  for (const { name, script, args } of codeChecks(here.modules)) {
    const startedAt = Date.now();
    const ended = await runCommand(runtime, [script, ...args], { cwd: here.root });
    const took = durationInWords(Date.now() - startedAt);
    if (ended.code === 0) talk.say(`${name}: right (${took}).`);
    else {
      isRight = false;
      talk.say(`${name}: FAILED (${took}).\n${lastLines(ended.output, 60)}`);
    }
  }
  return isRight;
}

/**
 * The exit code of vitest, and how many tests passed, failed and were skipped.
 * @param {string} runtime
 * @param {readonly string[]} args
 */
async function runTests(runtime, args) {
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
