// `npm test`: all set-up, the checks of the code, then every test. Further arguments go to vitest.
// The last line is alone: how many tests passed, failed and were skipped.
import { codeChecks } from "./code-checks.mjs";
import { entry } from "./entry.mjs";
import { here } from "./house.mjs";
import { durationInWords } from "./in-words.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { runTests } from "./run-tests.mjs";
import { runtimePath } from "./runtime.mjs";
import { setUp } from "./set-up.mjs";
import { allSteps } from "./steps.mjs";
import { talkOn } from "./talk.mjs";

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
