import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { readManifest } from "./manifest.mjs";
import { runtimePath } from "./runtime.mjs";
import { SetupError } from "./setup-error.mjs";
import { isShipped, stagedPackages } from "./staged-packages.mjs";

/** @typedef {import("./house.mjs").House} House */

/** Folders of resources/ that the program uses; icons and set-up's own are not among them. */
const resources = ["sandbox", "audit", "kiosk", "connector", "engines/whisper-node"];

/** Folders of dist/ that go into the archive app.asar; all others run on the runtime beside it. */
const shellFolders = ["main", "preload", "renderer"];

/**
 * Lays out what electron-builder puts into a package: `app` (the archive: shell, preload scripts, renderer), `runtime`
 * (the Node that the host runs on) and `indoors` (host, workers, their packages, models, resources).
 * @param {House} house
 * @param {string} target emptied first
 * @param {{ version: string }} options
 * @returns {{ packages: number }}
 * @throws {SetupError}
 */
export function stagePackage(house, target, { version }) {
  const about = JSON.parse(readFileSync(house.packageFile, "utf8"));
  const runtime = runtimePath(house);
  if (runtime === undefined || !runtime.startsWith(house.modules)) {
    throw new SetupError("Nothing can be packaged: the npm package of the runtime is not installed for this machine.");
  }
  rmSync(target, { recursive: true, force: true });
  stageApp(house, join(target, "app"), { about, version });
  stageRuntime(runtime, join(target, "runtime"));
  const packages = stageHost(house, join(target, "indoors"), { about, version });
  return { packages };
}

/**
 * @param {House} house
 * @param {string} target
 * @param {{ about: Record<string, string>, version: string }} options
 */
function stageApp(house, target, { about, version }) {
  for (const folder of shellFolders)
    cpSync(join(house.dist, folder), join(target, "dist", folder), { recursive: true });
  const { name, description, license, type, main } = about;
  // Without dependencies: what the shell needs is in its bundle, and the archive has no node_modules.
  const shell = { name, version, description, license, type, main, author: "Indoors" };
  writeFileSync(join(target, "package.json"), `${JSON.stringify(shell, undefined, 2)}\n`);
}

/**
 * @param {string} program
 * @param {string} target
 */
function stageRuntime(program, target) {
  mkdirSync(target, { recursive: true });
  copyFileSync(program, join(target, process.platform === "win32" ? "node.exe" : "node"));
  const licence = join(dirname(dirname(program)), "LICENSE");
  if (existsSync(licence)) copyFileSync(licence, join(target, "LICENSE"));
}

/**
 * @param {House} house
 * @param {string} target
 * @param {{ about: Record<string, string> & { dependencies?: Record<string, string> }, version: string }} options
 */
function stageHost(house, target, { about, version }) {
  cpSync(house.dist, join(target, "dist"), {
    recursive: true,
    filter: (path) =>
      path !== house.distStamp && !shellFolders.includes(relative(house.dist, path).split(sep)[0] ?? ""),
  });
  const { name, license, type } = about;
  writeFileSync(join(target, "package.json"), `${JSON.stringify({ name, version, license, type }, undefined, 2)}\n`);
  for (const folder of resources) {
    const from = join(house.root, "resources", folder);
    if (existsSync(from)) cpSync(from, join(target, "resources", folder), { recursive: true });
  }
  mkdirSync(join(target, "models"));
  const models = readManifest(house.manifest).map(({ file }) => file);
  for (const file of ["manifest.json", "README.md", ...models]) {
    if (existsSync(join(house.models, file))) copyFileSync(join(house.models, file), join(target, "models", file));
  }
  copyFileSync(join(house.root, "LICENSE"), join(target, "LICENSE"));
  const dependencies = Object.keys(about.dependencies ?? {});
  const packages = stagedPackages({ dist: house.dist, modules: house.modules, dependencies });
  for (const { name: packageName, folder } of packages) {
    stageModule(packageName, folder, join(target, "node_modules", relative(house.modules, folder)));
  }
  return packages.length;
}

/**
 * @param {string} name
 * @param {string} from
 * @param {string} to
 */
function stageModule(name, from, to) {
  for (const entry of readdirSync(from, { withFileTypes: true, recursive: true })) {
    const path = relative(from, join(entry.parentPath, entry.name));
    if (!entry.isFile() || !isShipped(name, path.split(sep).join("/"), process)) continue;
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyFileSync(join(from, path), join(to, path));
  }
}
