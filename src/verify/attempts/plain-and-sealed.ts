import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { asPerson, type World } from "./world.ts";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const commandLine = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** Runs a program as this person with nothing between it and the system. */
export function runPlainly(world: World, program: string, args: readonly string[]): Promise<Ended> {
  return run(world, program, args);
}

/** Runs the same program by `indoors sandbox exec`, with what the world grants. */
export function runSealed(
  world: World,
  program: string,
  args: readonly string[],
  grants = [world.programs.folder, world.readable, `${world.writable}:rw`],
): Promise<Ended> {
  const granted = grants.flatMap((grant) => ["--grant", grant]);
  return run(world, process.execPath, [commandLine, "sandbox", "exec", ...granted, "--", program, ...args]);
}

/**
 * Runs a script of this folder as this person, by the same Node, with a value for it to read from stdin.
 * @throws Error when it fails.
 */
export async function runScript(world: World, script: string, input: unknown): Promise<unknown> {
  const { code, stdout, stderr } = await startScript(world, script, input).ended;
  const from = stdout.indexOf("\u0002");
  if (code !== 0 || from < 0) throw new Error(`${script} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout.slice(from + 1));
}

/** The same, to be waited for or killed. */
export function startScript(world: World, script: string, input: unknown) {
  return start(world, process.execPath, [fileURLToPath(new URL(script, import.meta.url))], JSON.stringify(input));
}

function run(world: World, program: string, args: readonly string[]): Promise<Ended> {
  return start(world, program, args).ended;
}

/** In the secret's folder, with the secret in the environment and in an open file: nothing of it may come along. */
function start(world: World, program: string, args: readonly string[], input?: string) {
  const secret = openSync(world.secretFile, "r");
  const given = openSync(join(world.home, "given.txt"), "r");
  const between = Array.from({ length: 27 }, () => "ignore" as const);
  const child = spawn(program, [...args], {
    ...asPerson(world.person),
    cwd: world.home,
    env: { PATH: process.env["PATH"] ?? "", HOME: world.home, INDOORS_ATTEMPT_SECRET: world.secret },
    // Far beyond the low numbers, which Node closes for its children by itself.
    stdio: [input === undefined ? given : "pipe", "pipe", "pipe", ...between, secret],
  });
  closeSync(secret);
  closeSync(given);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin?.on("error", () => {}).end(input);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}
