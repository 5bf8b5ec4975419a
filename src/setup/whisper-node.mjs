import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findCommand } from "./find-command.mjs";
import { durationInWords } from "./in-words.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/** @typedef {import("./house.mjs").House} House */

/** @param {House} house */
export function isWhisperNodeBuilt(house) {
  return existsSync(house.whisperNodeInfo);
}

/**
 * Why it is not even tried, in words; undefined when it can be.
 * @param {House} house
 */
export function whyNotBuildable(house) {
  if (process.env["INDOORS_SKIP_WHISPER_NODE"] === "1") return "left out, because INDOORS_SKIP_WHISPER_NODE is 1";
  if (!existsSync(house.whisperNodeBuilder)) return "this checkout has no builder for it";
  const lacking = ["make", "g++"].filter((command) => findCommand(command) === undefined);
  return lacking.length === 0 ? undefined : `needs ${lacking.join(" and ")}`;
}

/**
 * Compiles whisper-node's whisper.cpp with build-whisper-node.mjs, in a process of its own. Once it has failed,
 * ordinary starts leave it alone (see `hasFailed`): a start must not spend minutes on the same failure.
 * @param {House} house
 * @param {import("./talk.mjs").Talk} talk
 * @returns {Promise<string>} what was done
 * @throws {SetupError}
 */
export async function buildWhisperNode(house, talk) {
  const startedAt = Date.now();
  talk.say("  Compiling the whisper-node engine; this takes a few minutes, once.");
  const minutes = setInterval(
    () => talk.say(`  still compiling, ${durationInWords(Date.now() - startedAt)} so far`),
    60_000,
  );
  try {
    const ended = await runCommand(process.execPath, [house.whisperNodeBuilder], { cwd: house.root });
    if (ended.code !== 0) {
      mkdirSync(house.state, { recursive: true });
      writeFileSync(failurePath(house), ended.output);
      throw new SetupError(
        `could not be compiled; transcription works without it, but has no word times. ` +
          `To try again: npm run build:whisper-node. The compiler said:\n${lastLines(ended.output, 5)}`,
      );
    }
  } finally {
    clearInterval(minutes);
  }
  rmSync(failurePath(house), { force: true });
  return `compiled in ${durationInWords(Date.now() - startedAt)}`;
}

/** @param {House} house */
export function hasFailed(house) {
  return existsSync(failurePath(house));
}

/** @param {House} house */
function failurePath(house) {
  return join(house.state, "whisper-node-failed.log");
}
