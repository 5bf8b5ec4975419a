import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withDependencies } from "./installed-packages.mjs";

/** @typedef {import("./house.mjs").House} House */

/**
 * One entry of dist/licences.json: what is in the program, and the words it comes under.
 * @typedef {{ name: string, version: string, licence: string, text: string }} LicenceEntry
 */

/** Libraries under another licence than the package that carries them. src/verify/licences.test.ts decides on them. */
const compiledIn = [
  {
    name: "libmpg123, in mpg123-decoder",
    version: "",
    licence: "LGPL-2.1",
    text:
      "The WebAssembly module in the package mpg123-decoder is libmpg123, unmodified, under the GNU Lesser General Public " +
      "License 2.1. It is a file of its own in node_modules, so that anyone can replace it.",
  },
];

const licenceFile = /^(licen[cs]e|copying|notice)/i;

/**
 * Everything that ships: each package that host or renderer need on this machine, the Node it runs on, Electron and
 * Chromium. Sorted by name. Reads files, changes nothing.
 * @param {House} house
 * @returns {LicenceEntry[]}
 */
export function licencesOf(house) {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(house.packageFile, "utf8"));
  const platform = process.platform === "win32" ? "win" : process.platform;
  const runtime = `node-${platform}-${process.arch}`;
  const names = [...Object.keys(dependencies), ...(existsSync(join(house.modules, runtime)) ? [runtime] : [])];
  const packages = withDependencies(house.modules, names).map((entry) => ({
    name: entry.name === runtime ? "Node.js" : entry.name,
    version: entry.version,
    licence: entry.licence,
    text: textOf(entry.folder) || wordsFor(entry),
  }));
  const electron = join(house.modules, "electron");
  const version = String(devDependencies?.electron ?? "");
  const shell = existsSync(electron)
    ? [
        { name: "Electron", version, licence: "MIT", text: textOf(electron) },
        {
          name: "Chromium, with the libraries inside it",
          version: `of Electron ${version}`,
          licence: "BSD-3-Clause and others",
          text: "Chromium's own list, with the text of every licence, is the file LICENSES.chromium.html beside the program.",
        },
      ]
    : [];
  return [...packages, ...compiledIn, ...shell].sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1));
}

/**
 * The licence files of a package, one after the other; empty when it has none.
 * @param {string} folder
 */
function textOf(folder) {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && licenceFile.test(entry.name))
    .map((entry) => entry.name);
  return names.map((name) => readFileSync(join(folder, name), "utf8").trim()).join("\n\n");
}

/**
 * For a package that names its licence and carries no text of it.
 * @param {import("./installed-packages.mjs").InstalledPackage} entry
 */
function wordsFor({ name, licence, author }) {
  if (licence !== "MIT") return `${name} names its licence, ${licence}, and carries no text of it.`;
  return `MIT License

Copyright (c) ${author === "" ? `the authors of ${name}` : author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
}
