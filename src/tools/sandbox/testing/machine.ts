import { accessSync, constants } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import type { SandboxLauncher } from "../../../shared/sandbox.ts";
import { openSandbox } from "../open-sandbox.ts";
import type { Sandbox, SealedCommand, SealedExit } from "../sandbox.ts";
import { toolLimits } from "../tool-limits.ts";

export const sealPath = fileURLToPath(new URL("../../../../resources/sandbox/seal", import.meta.url));

const lacking =
  process.platform === "linux" ? [sealPath, "/usr/bin/bwrap"].filter((file) => !isProgram(file)) : ["Linux"];
if (lacking.length > 0) {
  const sentence = `${lacking.join(" and ")} is not here: the sandbox is not tested`;
  if (process.env["INDOORS_REQUIRE_SANDBOX"] === "1" || process.env["CI"] !== undefined) throw new Error(sentence);
  process.stderr.write(`skipped: ${sentence}\n`);
}

/** Tests of the real sandbox run where it can be. Where it must be, its absence has thrown above. */
export const canSeal = lacking.length === 0;
export const isRoot = process.getuid?.() === 0;

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function openHere(...launchers: SandboxLauncher[]): Promise<Sandbox> {
  return openSandbox({
    sealPath,
    nodePath: process.execPath,
    onLog: () => {},
    ...(launchers.length > 0 ? { launchers } : {}),
  });
}

/** A shell script as a sealed command. */
export function shell(script: string, more: Partial<SealedCommand> = {}): SealedCommand {
  return {
    file: "/bin/sh",
    args: ["-c", script],
    env: { PATH: "/usr/bin:/bin" },
    readOnly: [],
    grants: [],
    ...more,
    limits: { ...toolLimits, wallMs: 20_000, ...more.limits },
  };
}

export interface Ran {
  readonly exit: SealedExit;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. What it staged is gone afterwards. */
export async function runIn(sandbox: Sandbox, command: SealedCommand, stdin = ""): Promise<Ran> {
  const running = await sandbox.start(command);
  try {
    if (running.stdin === null || running.stdout === null || running.stderr === null) throw new Error("no pipes");
    running.stdin.end(stdin);
    const [stdout, stderr, exit] = await Promise.all([text(running.stdout), text(running.stderr), running.exited]);
    return { exit, stdout, stderr };
  } finally {
    await running.dispose();
  }
}
