import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The full path of a program on the PATH, or undefined. Starts nothing.
 * @param {string} name without an extension
 * @param {string} [searchPath] default: this process's PATH
 */
export function findCommand(name, searchPath = process.env["PATH"] ?? "") {
  const names = process.platform === "win32" ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const folder of searchPath.split(delimiter)) {
    if (folder === "") continue;
    for (const candidate of names.map((file) => join(folder, file))) {
      if (isProgram(candidate)) return candidate;
    }
  }
  return undefined;
}

/**
 * Is this a file that may be executed?
 * @param {string} path
 */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
