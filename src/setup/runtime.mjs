import { join } from "node:path";
import { isProgram } from "./find-command.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

/** better-sqlite3 13 is built for N-API 10 and crashes the process, without a message, on anything older. */
const neededNapi = 10;

/**
 * The Node that host, engines and tools run on: the one of the npm package node-<platform>-<arch>; where there is no
 * such package, the Node that runs this, if it is new enough. Undefined when there is neither. Two stats, no process.
 * @param {import("./house.mjs").House} house
 */
export function runtimePath(house) {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const packaged = join(house.modules, `node-${platform}-${process.arch}`, "bin");
  const program = join(packaged, process.platform === "win32" ? "node.exe" : "node");
  if (isProgram(program)) return program;
  return Number(process.versions["napi"]) >= neededNapi ? process.execPath : undefined;
}

/**
 * Starts the runtime once and checks that it works on this machine.
 * @param {import("./house.mjs").House} house
 * @returns {Promise<string>} its version in words
 * @throws {SetupError}
 */
export async function checkRuntime(house) {
  const path = runtimePath(house);
  if (path === undefined) {
    throw new SetupError(
      `There is no runtime for this machine: no package node-${process.platform}-${process.arch} is installed, and the ` +
        `Node that runs this is ${process.version}. Install Node 24 or newer and start again.`,
    );
  }
  const ended = await runCommand(path, ["-p", "process.version + ' ' + process.versions.napi"]).catch(() => undefined);
  const [version, napi] = (ended?.output ?? "").trim().split(" ");
  if (ended?.code !== 0 || !(Number(napi) >= neededNapi)) {
    throw new SetupError(
      `The runtime does not work on this machine: ${path} did not start, or is older than Node 22.14. ` +
        `Delete the folder node_modules and start again.`,
    );
  }
  return `Node ${version}`;
}
