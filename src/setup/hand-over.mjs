import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { isTerminal } from "./run-command.mjs";
import { runtimePath } from "./runtime.mjs";
import { SetupError } from "./setup-error.mjs";

/**
 * Runs the command line on the runtime with this process's stdin, stdout and stderr, and ends as it ends: with its
 * exit code, or by the signal that ended it.
 * @param {import("./house.mjs").House} house
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit code; does not return when a signal ended it
 * @throws {SetupError}
 */
export async function handOver(house, args) {
  const runtime = runtimePath(house);
  if (runtime === undefined || !existsSync(house.commandLine)) {
    throw new SetupError("Indoors cannot start: it is not set up. Run npm run indoors -- setup.");
  }
  const { code, signal } = await runAttached(runtime, [house.commandLine, ...args]);
  if (signal !== null) process.kill(process.pid, signal);
  return code ?? 1;
}

/**
 * Runs a program on this terminal and passes signals on to it.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
export function runAttached(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: "inherit" });
    /** @param {NodeJS.Signals} signal */
    const pass = (signal) => {
      // A terminal sends Ctrl-C to both of us; passing it on would make it two, and two may mean "at once".
      if (signal !== "SIGINT" || !isTerminal()) child.kill(signal);
    };
    /** @type {NodeJS.Signals[]} */
    const passed = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2"].filter(
      /** @returns {name is NodeJS.Signals} */ (name) => name in constants.signals,
    );
    for (const signal of passed) process.on(signal, pass);
    const settled = () => {
      for (const signal of passed) process.off(signal, pass);
    };
    child.once("error", (error) => {
      settled();
      reject(error);
    });
    child.once("close", (code, signal) => {
      settled();
      resolve({ code, signal });
    });
  });
}
