import { readFileSync } from "node:fs";

/**
 * One default model; the shape is `manifestModel` of src/shared/model.ts, of which set-up needs these fields.
 * @typedef {object} ManifestModel
 * @property {string} name
 * @property {string} file the name it gets in models/
 * @property {string} purpose
 * @property {string} licence
 * @property {readonly { package: string, path: string }[]} sources concatenated in this order
 * @property {number} bytes
 * @property {string} sha256
 */

/**
 * The default models.
 * @param {string} path of models/manifest.json
 * @returns {readonly ManifestModel[]}
 */
export function readManifest(path) {
  return JSON.parse(readFileSync(path, "utf8")).models;
}
