import { join } from "node:path";
import { durationInWords } from "./in-words.mjs";
import { withLock } from "./lock.mjs";
import { SetupError } from "./setup-error.mjs";

/** @typedef {import("./ground-steps.mjs").Step} Step */

/**
 * @typedef {object} StepReport
 * @property {Step} step
 * @property {"ready" | "made" | "lacking"} state
 * @property {string} text for people
 */

/**
 * Takes the steps in order and makes what is missing, one set-up at a time per checkout. A step that fails is
 * reported and the rest goes on, unless it is one the rest stands on.
 * @param {readonly Step[]} steps
 * @param {object} options
 * @param {import("./house.mjs").House} options.house
 * @param {import("./talk.mjs").Talk} options.talk
 * @param {boolean} [options.again] try again what failed here before
 * @param {boolean} [options.quiet] say nothing of steps that are ready
 * @returns {Promise<StepReport[]>} shorter than `steps` when a ground step failed
 */
export async function setUp(steps, { house, talk, again = false, quiet = false }) {
  /** @type {StepReport[]} */
  const reports = [];
  for (const step of steps) {
    const report = await takeStep(step, { house, talk, again });
    reports.push(report);
    if (report.state !== "ready" || !quiet) talk.say(sentence(report));
    if (report.state === "lacking" && step.isGround) break;
  }
  return reports;
}

/**
 * What is there and what is missing. Changes nothing.
 * @param {readonly Step[]} steps
 * @param {import("./house.mjs").House} house
 * @returns {Promise<StepReport[]>}
 */
export async function inspect(steps, house) {
  /** @type {StepReport[]} */
  const reports = [];
  for (const step of steps) {
    const lack = await step.lack(house, true);
    reports.push({ step, state: lack === undefined ? "ready" : "lacking", text: lack?.text ?? "ready" });
  }
  return reports;
}

/**
 * @param {StepReport} report
 */
export function sentence({ step, text }) {
  return `${step.name}: ${text}${/[.\n]$|sha256 \w+$/.test(text) ? "" : "."}`;
}

/**
 * Is everything there that must be? False also when the steps were broken off.
 * @param {readonly StepReport[]} reports
 */
export function isComplete(reports) {
  return reports.every((report) => report.state !== "lacking" || !report.step.isEssential);
}

/**
 * @param {Step} step
 * @param {{ house: import("./house.mjs").House, talk: import("./talk.mjs").Talk, again: boolean }} options
 * @returns {Promise<StepReport>}
 */
async function takeStep(step, { house, talk, again }) {
  const before = await step.lack(house, again);
  if (before === undefined) return { step, state: "ready", text: "ready" };
  if (!before.canMake) return { step, state: "lacking", text: before.text };
  const waiting = (/** @type {string} */ holder) => talk.say(`Another set-up (process ${holder}) is at work; waiting.`);
  const startedAt = Date.now();
  try {
    return await withLock(
      join(house.state, "lock"),
      async () => {
        const isDone = (await step.lack(house, again)) === undefined;
        if (isDone) return { step, state: "ready", text: "ready" };
        const done = await step.make(house, talk);
        return { step, state: "made", text: done };
      },
      waiting,
    );
  } catch (error) {
    if (error instanceof SetupError) return failed(step, error.message, startedAt);
    if (error instanceof Error && "syscall" in error) {
      return failed(step, `${error.message}. Check that this user may write in ${house.root}`, startedAt);
    }
    throw error;
  } finally {
    talk.endProgress();
  }
}

/**
 * @param {Step} step
 * @param {string} reason
 * @param {number} startedAt
 * @returns {StepReport}
 */
function failed(step, reason, startedAt) {
  const took = Date.now() - startedAt;
  return { step, state: "lacking", text: took < 1000 ? reason : `${reason}\n  (after ${durationInWords(took)})` };
}
