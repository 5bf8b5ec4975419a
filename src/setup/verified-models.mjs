import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * Which model files were hashed and found right, by size and time of change, so that a start does not read half a
 * gigabyte to learn what it knew. It only saves set-up time: engines hash what they load themselves.
 * @typedef {Record<string, { bytes: number, mtimeMs: number, sha256: string }>} Verified
 */

/** @param {string} directory the models folder */
function recordPath(directory) {
  return join(directory, ".fetch", "verified.json");
}

/**
 * @param {string} directory
 * @returns {Verified}
 */
function readVerified(directory) {
  try {
    return JSON.parse(readFileSync(recordPath(directory), "utf8"));
  } catch {
    return {};
  }
}

/**
 * Is this model known to be there and right? Reads no weights.
 * @param {string} directory
 * @param {import("./manifest.mjs").ManifestModel} model
 */
export function isVerified(directory, model) {
  const known = readVerified(directory)[model.file];
  const file = statSync(join(directory, model.file), { throwIfNoEntry: false });
  if (known === undefined || file === undefined) return false;
  const isSame = file.size === known.bytes && file.mtimeMs === known.mtimeMs;
  return isSame && known.sha256 === model.sha256 && file.size === model.bytes;
}

/**
 * Remembers that the file was hashed and is right.
 * @param {string} directory
 * @param {import("./manifest.mjs").ManifestModel} model
 */
export function rememberVerified(directory, model) {
  const path = recordPath(directory);
  const file = statSync(join(directory, model.file));
  const record = { bytes: file.size, mtimeMs: file.mtimeMs, sha256: model.sha256 };
  const next = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(next, JSON.stringify({ ...readVerified(directory), [model.file]: record }, undefined, 2));
  renameSync(next, path);
}

/**
 * What is wrong with the model's file, in words; undefined when its size and sha256 are right. Reads the whole file.
 * @param {string} directory
 * @param {import("./manifest.mjs").ManifestModel} model
 * @returns {Promise<string | undefined>}
 */
export async function faultOf(directory, model) {
  const path = join(directory, model.file);
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined) return "not there";
  if (!file.isFile()) return "not a file";
  if (file.size !== model.bytes) return `${file.size} bytes instead of ${model.bytes}`;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
  const sha256 = hash.digest("hex");
  return sha256 === model.sha256 ? undefined : `sha256 ${sha256} instead of ${model.sha256}`;
}
