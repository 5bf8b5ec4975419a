import { spawnSync } from "node:child_process";
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
 * The entries of the table whose programs are not all on the PATH, or whose libraries the linker does not know. On Windows none: its programs are not packages.
 * @returns {SystemPackage[]}
 */
export function lackingSystemPackages() {
  if (process.platform === "win32") return [];
  const here = systemPackages.filter(({ platforms }) => platforms?.includes(process.platform) ?? true);
  const known = linkerCache();
  return here.filter(
    ({ commands, libraries = [] }) =>
      commands.some((command) => findCommand(command) === undefined) ||
      (known !== undefined && libraries.some((library) => !known.includes(`\t${library} `))),
  );
}

/** What the dynamic linker knows, a library a line; undefined where it does not say (a C library other than glibc). */
function linkerCache() {
  if (process.platform !== "linux") return undefined;
  const ldconfig = findCommand("ldconfig", `${process.env["PATH"] ?? ""}:/sbin:/usr/sbin`);
  const ended = ldconfig === undefined ? undefined : spawnSync(ldconfig, ["-p"], { encoding: "utf8" });
  return ended?.status === 0 ? ended.stdout : undefined;
}

/**
 * What is missing and the exact line to run, in words.
 * @param {readonly SystemPackage[]} lacking
 * @param {PackageManager | undefined} [manager]
 */
export function adviceFor(lacking, manager = packageManager()) {
  const what = lacking.map((entry) => `${wanted(entry).join(" and ")} (${entry.purpose})`).join("; ");
  if (manager === undefined) return `missing: ${what}. Install them with this system's package manager.`;
  const line = [...installLines[manager], ...namesOf(lacking, manager)].join(" ");
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
  const startedAt = Date.now();
  talk.say(`  Installing what is missing with apt-get; this can take a minute or two.`);
  const settings = [
    "Acquire::Retries=1",
    "Acquire::http::Timeout=20",
    "Acquire::https::Timeout=20",
    "DPkg::Lock::Timeout=60",
  ];
  const patience = settings.flatMap((setting) => ["-o", setting]);
  const apt = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", ...patience];
  const [command = "", ...rest] = apt;
  // A repository that cannot be read is no reason to stop: what is wanted may be in another one.
  await runCommand(command, [...rest, "update"]);
  const names = namesOf(lacking, manager);
  const ended = await runCommand(command, [...rest, "install", "-y", "--no-install-recommends", ...names]);
  if (ended.code !== 0) {
    throw new SetupError(`apt-get failed:\n${lastLines(ended.output, 5)}\n  ${adviceFor(lacking, manager)}`);
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
  return lacking.flatMap(wanted).join(" ");
}

/** @param {SystemPackage} entry */
function wanted({ commands, libraries = [] }) {
  return [...commands, ...libraries];
}

/**
 * The packages to install, under the names that this machine's package lists have.
 * @param {readonly SystemPackage[]} lacking
 * @param {PackageManager} manager
 */
function namesOf(lacking, manager) {
  const names = lacking.flatMap((entry) => entry.names[manager].map((name) => name.split("|")));
  const doubtful = names.filter(({ length }) => length > 1).flat();
  const known = manager === "apt-get" && doubtful.length > 0 ? aptKnows(doubtful) : new Set();
  return names.map((choices) => choices.find((choice) => known.has(choice)) ?? choices.at(-1) ?? "");
}

/**
 * Which of these names are packages that can be installed, not only names that others go by.
 * @param {readonly string[]} names
 */
function aptKnows(names) {
  const { stdout } = spawnSync("apt-cache", ["show", "-q", ...names], { encoding: "utf8" });
  return new Set([...(stdout ?? "").matchAll(/^Package: (.+)$/gm)].map(([, name]) => name));
}
