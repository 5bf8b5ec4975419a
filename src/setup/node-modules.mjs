import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { durationInWords } from "./in-words.mjs";
import { npmCommand } from "./npm-command.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/** @typedef {import("./house.mjs").House} House */

/**
 * Are the node modules those of this lockfile, as far as our stamp tells?
 * @param {House} house
 */
export function areModulesCurrent(house) {
  try {
    return readFileSync(house.modulesStamp, "utf8") === dependencyDigest(house);
  } catch {
    return false;
  }
}

/**
 * Installs the node modules of the lockfile; no package's install script runs. It is `npm install`, not `npm ci`: the
 * lockfile names optional packages of other platforms that not every registry mirrors, and `ci` refuses then. With
 * --no-save the lockfile itself stays as it is.
 * @param {House} house
 * @returns {Promise<string>} what was done
 * @throws {SetupError}
 */
export async function installModules(house) {
  const npm = npmCommand();
  if (npm === undefined) {
    throw new SetupError(
      "The node modules cannot be installed: npm is not on this machine. Install npm, or copy the folder node_modules " +
        "from a machine of the same kind, and start again.",
    );
  }
  const startedAt = Date.now();
  const digest = dependencyDigest(house);
  rmSync(house.modulesStamp, { force: true });
  const quiet = ["--no-save", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error", "--prefer-offline"];
  // Without a connection npm tries every package on its own and takes a quarter of an hour to give up.
  const patience = (await isRegistryThere(npm, house))
    ? ["--fetch-retries=2", "--fetch-retry-mintimeout=2000"]
    : ["--offline"];
  const args = [...npm.args, "install", "--ignore-scripts", ...quiet, ...patience];
  const ended = await runCommand(npm.command, args, { cwd: house.root });
  if (ended.code !== 0) {
    throw new SetupError(
      `The node modules could not be installed: npm install failed. Without a connection, copy the folder node_modules ` +
        `from a machine of the same kind. npm said:\n${lastLines(ended.output)}`,
    );
  }
  writeFileSync(house.modulesStamp, digest);
  return `installed in ${durationInWords(Date.now() - startedAt)}`;
}

/**
 * Asks the registry for one version number.
 * @param {{ command: string, args: readonly string[] }} npm
 * @param {House} house
 */
async function isRegistryThere(npm, house) {
  const { devDependencies } = JSON.parse(readFileSync(house.packageFile, "utf8"));
  const question = ["view", `typescript@${devDependencies.typescript}`, "version", "--fetch-retries=0"];
  const signal = AbortSignal.timeout(30_000);
  const ended = await runCommand(npm.command, [...npm.args, ...question], { cwd: house.root, signal }).catch(
    () => undefined,
  );
  return ended?.code === 0;
}

/** @param {House} house */
function dependencyDigest(house) {
  const hash = createHash("sha256");
  for (const path of [house.packageFile, house.lockfile]) hash.update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}
