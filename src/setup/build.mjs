import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { durationInWords } from "./in-words.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { runtimePath } from "./runtime.mjs";
import { SetupError } from "./setup-error.mjs";

/** @typedef {import("./house.mjs").House} House */

/** Folders of src/ that are not built: tsconfig.build.json leaves them out as well. */
const notBuilt = new Set(["setup", "verify"]);

/**
 * Is dist/ what the source makes now? Compares names, sizes and times, reads no source.
 * @param {House} house
 */
export function isBuilt(house) {
  try {
    return readFileSync(house.distStamp, "utf8") === sourceDigest(house, sources(house));
  } catch {
    return false;
  }
}

/**
 * Compiles src/ to dist/. The stamp goes first and comes back last, so a build that was broken off is built again.
 * @param {House} house
 * @returns {Promise<string>} what was done
 * @throws {SetupError} with the compiler's lines
 */
export async function build(house) {
  const startedAt = Date.now();
  const node = runtimePath(house);
  if (node === undefined) throw new SetupError("The build cannot start: there is no runtime.");
  const files = sources(house);
  const digest = sourceDigest(house, files);
  rmSync(house.distStamp, { force: true });
  const compiler = join(house.modules, "typescript", "bin", "tsc");
  const ended = await runCommand(node, [compiler, "-p", join(house.source, "tsconfig.build.json")], {
    cwd: house.root,
  });
  if (ended.code !== 0) throw new SetupError(`The build failed. The compiler said:\n${lastLines(ended.output)}`);
  removeStale(house, files);
  writeFileSync(house.distStamp, digest);
  return `built in ${durationInWords(Date.now() - startedAt)}`;
}

/**
 * The source files that are built, as paths below src/, sorted.
 * @param {House} house
 */
function sources(house) {
  /** @type {string[]} */
  const found = [];
  /** @param {string} folder */
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (folder !== house.source || !notBuilt.has(entry.name)) walk(path);
      } else if (entry.name.endsWith(".ts") && !/\.(test|config|d)\.ts$/.test(entry.name)) {
        found.push(relative(house.source, path));
      }
    }
  };
  walk(house.source);
  return found.sort();
}

/**
 * @param {House} house
 * @param {readonly string[]} files
 */
function sourceDigest(house, files) {
  const hash = createHash("sha256");
  const settings = [join(house.root, "tsconfig.json"), join(house.source, "tsconfig.build.json")];
  for (const path of [...settings, ...files.map((file) => join(house.source, file))]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(house.root, path)}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/**
 * Deletes from dist/ what no source makes any more: an import of a removed file must fail, not find the old one.
 * @param {House} house
 * @param {readonly string[]} files
 */
function removeStale(house, files) {
  const made = new Set(files.map((file) => file.replace(/\.ts$/, ".js")));
  for (const name of readdirSync(house.dist, { recursive: true, encoding: "utf8" })) {
    const path = join(house.dist, name);
    if (made.has(name) || statSync(path).isDirectory() || name.includes(`${sep}node_modules${sep}`)) continue;
    rmSync(path);
  }
}
