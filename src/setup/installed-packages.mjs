import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * One package of node_modules.
 * @typedef {object} InstalledPackage
 * @property {string} name
 * @property {string} version
 * @property {string} licence an SPDX expression, or what else the package says
 * @property {string} author a name, or empty
 * @property {string} folder absolute path
 */

/**
 * Named packages and all they need to run, as they are installed in `modules`, sorted by folder. Development and peer
 * dependencies are not followed; optional ones only where they are installed and made for this machine.
 * @param {string} modules path of node_modules
 * @param {readonly string[]} names
 * @returns {InstalledPackage[]}
 * @throws an Error naming a package that is needed and not installed
 */
export function withDependencies(modules, names) {
  /** @type {Map<string, InstalledPackage>} */
  const found = new Map();
  /**
   * @param {string} name
   * @param {string} from folder of the package that needs it
   * @param {boolean} isOptional
   */
  const take = (name, from, isOptional) => {
    const folder = findPackage(name, from);
    if (folder === undefined) {
      if (isOptional) return;
      throw new Error(`${name} is not installed, and ${from} needs it. Delete node_modules and start again.`);
    }
    if (found.has(folder)) return;
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    // Our own empty stand-in for packages that the default install leaves out.
    if (about.name === "absent-package" || (isOptional && !isForHere(name, about))) return;
    const author = String(about.author?.name ?? about.author ?? "");
    found.set(folder, { name, version: String(about.version), licence: licenceOf(about), author, folder });
    const optional = Object.keys(about.optionalDependencies ?? {});
    for (const needed of Object.keys(about.dependencies ?? {})) take(needed, folder, optional.includes(needed));
    for (const wanted of optional) take(wanted, folder, true);
  };
  for (const name of names) take(name, dirname(modules), false);
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/**
 * Where Node would find a package: in the nearest node_modules, outwards.
 * @param {string} name
 * @param {string} from
 * @returns {string | undefined}
 */
function findPackage(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * Is an optional package made for this machine? What it says of itself is wider than the truth at times
 * (@node-llama-cpp/linux-arm64 says x64 too), so its name counts as well.
 * @param {string} name
 * @param {{ os?: string[], cpu?: string[] }} about
 */
function isForHere(name, { os = [process.platform], cpu = [process.arch] }) {
  const named = /(linux|win|win32|darwin|mac)-(x64|arm64|ia32|arm)\b/.exec(name);
  const platforms = { win: "win32", mac: "darwin" };
  const platform = platforms[/** @type {"win" | "mac"} */ (named?.[1])] ?? named?.[1] ?? process.platform;
  const isNamed = platform === process.platform && (named?.[2] ?? process.arch) === process.arch;
  return isNamed && os.includes(process.platform) && cpu.includes(process.arch);
}

/** @param {{ license?: string | { type: string }, licenses?: { type: string }[] }} about */
function licenceOf({ license, licenses }) {
  if (typeof license === "string") return license;
  return license?.type ?? licenses?.map(({ type }) => type).join(" OR ") ?? "none";
}
