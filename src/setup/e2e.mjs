// `npm run e2e`: all set-up, then only the tests that drive the desktop. Further arguments go to vitest.
import { entry } from "./entry.mjs";
import { here } from "./house.mjs";
import { runTests } from "./run-tests.mjs";
import { runtimePath } from "./runtime.mjs";
import { setUp } from "./set-up.mjs";
import { allSteps } from "./steps.mjs";
import { talkOn } from "./talk.mjs";

await entry(async (args) => {
  const reports = await setUp(allSteps, { house: here, talk: talkOn(process.stderr) });
  const runtime = runtimePath(here);
  // What the tests would drive is not there, or not what the source says.
  if (runtime === undefined || reports.some(({ step, state }) => step.isGround && state === "lacking")) return 1;
  const { code, passed, failed, skipped } = await runTests(runtime, ["src/verify/desktop", ...args]);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return code === 0 && failed === 0 ? 0 : 1;
});
