import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * @typedef {object} Ended
 * @property {number | null} code the exit code; null when a signal ended it
 * @property {NodeJS.Signals | null} signal
 * @property {string} output the end of what it wrote on stdout and stderr together, at most 64 Ki characters
 */

/** @type {readonly NodeJS.Signals[]} */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a program with an argument array, never through a shell, and waits for its end. Its stdin is closed. When this
 * process is told to end, the program is told too, so that a cancelled set-up leaves no npm or make behind.
 * Rejects when it cannot be started (ENOENT, EACCES) and, with an AbortError, when `signal` fires, which kills it.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal, onOutput?: (text: string) => void }} [options]
 * @returns {Promise<Ended>}
 */
export function runCommand(command, args, options = {}) {
  const { onOutput, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...spawnOptions, stdio: ["ignore", "pipe", "pipe"], windowsHide: true });
    let output = "";
    /** @param {string} text */
    const take = (text) => {
      output = (output + text).slice(-65_536);
      onOutput?.(text);
    };
    child.stdout.setEncoding("utf8").on("data", take);
    child.stderr.setEncoding("utf8").on("data", take);
    /** @type {NodeJS.Signals | undefined} */
    let endedBy;
    /** @param {NodeJS.Signals} signal */
    const end = (signal) => {
      // The first time npm tidies up before it ends. A terminal has sent Ctrl-C to it already.
      if (endedBy !== undefined) child.kill("SIGKILL");
      else if (signal !== "SIGINT" || !isTerminal()) child.kill(signal);
      endedBy = signal;
    };
    for (const signal of endings) process.on(signal, end);
    const settled = () => {
      for (const signal of endings) process.off(signal, end);
      if (endedBy !== undefined) process.exit(128 + constants.signals[endedBy]);
    };
    child.once("error", (error) => {
      settled();
      reject(error);
    });
    child.once("close", (code, signal) => {
      settled();
      resolve({ code, signal, output });
    });
  });
}

/** Is a terminal attached, which sends Ctrl-C to every program started from it? */
export function isTerminal() {
  return process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
}

/**
 * The last lines a program wrote that say something, for an error message.
 * @param {string} output
 * @param {number} [count]
 */
export function lastLines(output, count = 12) {
  const lines = output.split(/\r?\n/).filter((line) => line.trim() !== "" && !/^npm (warn|notice)/.test(line));
  return lines.slice(-count).join("\n");
}
