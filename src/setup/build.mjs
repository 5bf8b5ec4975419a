import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { durationInWords } from "./in-words.mjs";
import { licencesOf } from "./licences.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { runtimePath } from "./runtime.mjs";
import { SetupError } from "./setup-error.mjs";

/** @typedef {import("./house.mjs").House} House */

/**
 * One folder of sources and who builds it. What Vite makes goes to the folder of the same name in dist, which it
 * empties itself.
 * @typedef {object} Bundle
 * @property {string} folder below the root
 * @property {string} entry the file without which there is nothing to build
 * @property {string} made below dist
 */

/** @type {readonly Bundle[]} */
export const bundles = [
  { folder: "src/main", entry: "main.ts", made: "main" },
  { folder: "src/preload", entry: "preload.ts", made: "preload" },
  { folder: "renderer", entry: "index.html", made: "renderer" },
];

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
 * Makes dist/: src/ by the compiler, file by file; shell, preload scripts and renderer by Vite, each one bundle. The
 * stamp goes first and comes back last, so a build that was broken off is built again.
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
  const here = bundles.filter(({ folder, entry }) => existsSync(join(house.root, folder, entry)));
  const works = [
    [join(house.modules, "typescript", "bin", "tsc"), "-p", join(house.source, "tsconfig.build.json")],
    ...here.map((bundle) => viteOf(house, bundle)),
  ];
  // All are waited for, also after one has failed: none may still write when the next build begins.
  const ended = await Promise.all(works.map((args) => runCommand(node, args, { cwd: house.root })));
  const failed = ended.filter(({ code }) => code !== 0).map(({ output }) => withoutStack(output));
  if (failed.length > 0) throw new SetupError(`The build failed. The compiler said:\n${failed.join("\n")}`);
  removeStale(house, files, here);
  writeFileSync(house.licences, JSON.stringify(licencesOf(house)));
  writeFileSync(house.distStamp, digest);
  return `built in ${durationInWords(Date.now() - startedAt)}`;
}

/**
 * What a compiler says, without the places in its own code.
 * @param {string} output
 */
function withoutStack(output) {
  return lastLines(stripVTControlCharacters(output).replaceAll(/^ +at .*$/gm, ""), 20);
}

/**
 * @param {House} house
 * @param {Bundle} bundle
 */
function viteOf(house, { folder }) {
  const config = join(house.root, folder, "vite.config.ts");
  // Node reads the configuration itself: Vite's own way writes a file into node_modules.
  const options = ["--config", config, "--configLoader", "native", "--logLevel", "warn"];
  return [join(house.modules, "vite", "bin", "vite.js"), "build", ...options];
}

/**
 * The source files that are built, as paths below the root with forward slashes, sorted.
 * @param {House} house
 */
function sources(house) {
  /** @type {string[]} */
  const found = [];
  /**
   * @param {string} folder
   * @param {(name: string) => boolean} isSource
   */
  const walk = (folder, isSource) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (folder !== house.source || !notBuilt.has(entry.name)) walk(path, isSource);
      } else if (isSource(entry.name)) {
        found.push(relative(house.root, path).split(sep).join("/"));
      }
    }
  };
  walk(house.source, (name) => name.endsWith(".ts") && !/\.(test|d)\.ts$/.test(name) && name !== "vitest.config.ts");
  if (existsSync(house.renderer)) walk(house.renderer, (name) => !/\.test\.tsx?$|\.md$/.test(name));
  return found.sort();
}

/**
 * @param {House} house
 * @param {readonly string[]} files
 */
function sourceDigest(house, files) {
  const hash = createHash("sha256");
  // What is bundled comes from the packages of the lockfile.
  const settings = ["tsconfig.json", "src/tsconfig.build.json", "package-lock.json"];
  for (const file of [...settings, ...files]) {
    const { size, mtimeMs } = statSync(join(house.root, file));
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/**
 * Deletes from dist/ what no source makes any more: an import of a removed file must fail, not find the old one.
 * @param {House} house
 * @param {readonly string[]} files
 * @param {readonly Bundle[]} built
 */
function removeStale(house, files, built) {
  const emptied = built.filter(({ made }) => made !== "preload").map(({ made }) => made + sep);
  const made = new Set(files.map((file) => madeOf(file)));
  for (const name of readdirSync(house.dist, { recursive: true, encoding: "utf8" })) {
    const path = join(house.dist, name);
    if (emptied.some((folder) => name.startsWith(folder)) || made.has(name.split(sep).join("/"))) continue;
    if (statSync(path).isDirectory() || name.includes(`${sep}node_modules${sep}`)) continue;
    rmSync(path);
  }
}

/**
 * What one source file becomes, below dist.
 * @param {string} file
 */
function madeOf(file) {
  const below = file.replace(/^src\//, "");
  return below.startsWith("preload/") ? below.replace(/\.ts$/, ".cjs") : below.replace(/\.ts$/, ".js");
}
