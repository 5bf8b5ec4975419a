import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { findCommand } from "./find-command.mjs";
import { durationInWords } from "./in-words.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/** @typedef {import("./house.mjs").House} House */
/** @typedef {Pick<House, "root" | "seal" | "sealSource" | "sealStamp">} SealHouse */

/**
 * Is the sandbox's helper there, made from the source as it is now?
 * @param {SealHouse} house
 */
export function isSealBuilt(house) {
  try {
    return existsSync(house.seal) && readFileSync(house.sealStamp, "utf8") === digest(house);
  } catch {
    return false;
  }
}

/**
 * Why it is not even tried, in words; undefined when it can be.
 * @param {string} [searchPath] default: this process's PATH
 */
export function whyNoSeal(searchPath) {
  if (!["x64", "arm64"].includes(process.arch)) return "this processor is not one that the sandbox knows";
  return findCommand("cc", searchPath) === undefined ? "needs a C compiler (cc)" : undefined;
}

/**
 * Compiles resources/sandbox/seal.c. Static where the C library allows it: a program that starts in every sandbox and
 * starts faster. The stamp comes last, so a build that was broken off is built again.
 * @param {SealHouse} house
 * @returns {Promise<string>} what was done
 * @throws {SetupError} with the compiler's lines
 */
export async function buildSeal(house) {
  const startedAt = Date.now();
  const made = `${house.seal}.part`;
  const words = ["-O2", "-std=gnu11", "-Wall", "-Wextra", "-o", made, house.sealSource];
  rmSync(house.sealStamp, { force: true });
  let ended = await runCommand("cc", ["-static", ...words], { cwd: house.root });
  if (ended.code !== 0) ended = await runCommand("cc", words, { cwd: house.root });
  if (ended.code !== 0) {
    rmSync(made, { force: true });
    throw new SetupError(
      "could not be compiled, so the agent has no tools: they run in the sandbox only. " +
        `To try again: npm run indoors -- setup. The compiler said:\n${lastLines(ended.output, 5)}`,
    );
  }
  renameSync(made, house.seal);
  writeFileSync(house.sealStamp, digest(house));
  return `compiled in ${durationInWords(Date.now() - startedAt)}`;
}

/** @param {SealHouse} house */
function digest(house) {
  return createHash("sha256").update(readFileSync(house.sealSource)).digest("hex");
}
