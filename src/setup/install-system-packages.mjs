import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findCommand } from "./find-command.mjs";
import { durationInWords } from "./in-words.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";
import { installLines, systemPackages } from "./system-packages.mjs";

/** @typedef {import("./system-packages.mjs").SystemPackage} SystemPackage */
/** @typedef {import("./system-packages.mjs").PackageManager} PackageManager */

/**
 * The entries of the table whose programs are not all on the PATH. On Windows none: its programs are not packages.
 * @returns {SystemPackage[]}
 */
export function lackingSystemPackages() {
  if (process.platform === "win32") return [];
  const here = systemPackages.filter(({ platforms }) => platforms?.includes(process.platform) ?? true);
  return here.filter((entry) => entry.commands.some((command) => findCommand(command) === undefined));
}

/**
 * What is missing and the exact line to run, in words.
 * @param {readonly SystemPackage[]} lacking
 * @param {PackageManager | undefined} [manager]
 */
export function adviceFor(lacking, manager = packageManager()) {
  const what = lacking.map((entry) => `${entry.commands.join(" and ")} (${entry.purpose})`).join("; ");
  if (manager === undefined) return `missing: ${what}. Install them with this system's package manager.`;
  const line = [...installLines[manager], ...lacking.flatMap((entry) => entry.names[manager])].join(" ");
  const isRoot = process.getuid?.() === 0 || manager === "brew";
  return `missing: ${what}. To install: ${isRoot ? "" : "sudo "}${line}`;
}

/**
 * Installs what is missing with apt-get, as root or through a sudo that asks nothing.
 * @param {readonly SystemPackage[]} lacking
 * @param {import("./talk.mjs").Talk} talk
 * @returns {Promise<string>} what was done
 * @throws {SetupError} with the line to run by hand, when it may not or does not work here
 */
export async function installSystemPackages(lacking, talk) {
  const manager = packageManager();
  const prefix = manager === "apt-get" ? await rootPrefix() : undefined;
  if (manager !== "apt-get" || prefix === undefined) throw new SetupError(adviceFor(lacking, manager));
  const names = lacking.flatMap((entry) => entry.names["apt-get"]);
  const startedAt = Date.now();
  talk.say(`  Installing ${names.join(", ")} with apt-get; this can take a minute or two.`);
  const settings = [
    "Acquire::Retries=1",
    "Acquire::http::Timeout=20",
    "Acquire::https::Timeout=20",
    "DPkg::Lock::Timeout=60",
  ];
  const patience = settings.flatMap((setting) => ["-o", setting]);
  const apt = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", ...patience];
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...names]]) {
    const [command = "", ...rest] = [...apt, ...args];
    const ended = await runCommand(command, rest);
    // A repository that cannot be read is no reason to stop: what is wanted may be in another one.
    if (ended.code !== 0 && args[0] !== "update") {
      throw new SetupError(`apt-get failed:\n${lastLines(ended.output, 5)}\n  ${adviceFor(lacking, manager)}`);
    }
  }
  return `installed ${names.join(", ")} in ${durationInWords(Date.now() - startedAt)}`;
}

/** @returns {PackageManager | undefined} */
function packageManager() {
  const managers = /** @type {PackageManager[]} */ (Object.keys(installLines));
  return managers.find((manager) => findCommand(manager) !== undefined);
}

/** What to put before a command so that it runs as root without asking; undefined when that is not possible. */
async function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  const sudo = findCommand("sudo");
  if (sudo === undefined) return undefined;
  const ended = await runCommand(sudo, ["-n", "true"]);
  return ended.code === 0 ? [sudo, "-n"] : undefined;
}

/**
 * Was installing exactly this already tried here? Then an ordinary start only repeats the advice.
 * @param {string} state folder of what set-up remembers
 * @param {readonly SystemPackage[]} lacking
 */
export function wasTried(state, lacking) {
  try {
    return readFileSync(join(state, "system-packages-tried"), "utf8") === triedText(lacking);
  } catch {
    return false;
  }
}

/**
 * @param {string} state
 * @param {readonly SystemPackage[]} lacking
 */
export function rememberTried(state, lacking) {
  mkdirSync(state, { recursive: true });
  writeFileSync(join(state, "system-packages-tried"), triedText(lacking));
}

/** @param {readonly SystemPackage[]} lacking */
function triedText(lacking) {
  return lacking.flatMap((entry) => entry.commands).join(" ");
}
