import { spawn } from "node:child_process";
import { stdioChannel } from "../../shared/stdio-channel.ts";
import { tunnelLimits } from "../gateway/tunnel-contract.ts";
import type { LocalSession, OpenLocal } from "./local-session.ts";

/** What a program needs to find itself and to write dates and letters right. No secret has one of these names. */
const passedOn = [
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"],
  ...["SYSTEMROOT", "WINDIR", "PATHEXT", "COMSPEC", "TEMP", "TMP", "USERPROFILE", "APPDATA", "LOCALAPPDATA"],
];

/** The server's environment: the list above, and what was named with `--env`. */
export function allowedEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  named: readonly string[],
): Record<string, string> {
  const kept = [...passedOn, ...named].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return Object.fromEntries(kept);
}

/** How long a server has to end by itself after its input has, and then after it was asked to. */
const patienceMs = 2000;
/** What may wait until the server reads it. */
const mostUnread = 32 * 1024 * 1024;

export interface CommandServer {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** A line of the server's stderr: this machine's log. */
  readonly say: (line: string) => void;
}

/** A stdio server: one process for each session. */
export function commandServer({ command, args, env, say }: CommandServer): OpenLocal {
  return ({ message, ended }): LocalSession => {
    // A group of its own, so that what the server starts ends with it.
    const child = spawn(command, args, {
      env,
      stdio: ["pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    let over = false;
    const end = (reason: string) => {
      if (over) return;
      over = true;
      ended(reason);
    };
    const gone = new Promise<void>((resolve) => {
      child.once("error", (error) => {
        end(`The server did not start: ${error.message}.`);
        if (child.pid === undefined) resolve();
      });
      child.once("exit", (code, signal) => {
        end(`The server ended (${signal ?? `exit code ${code}`}).`);
        signalGroup(child.pid, "SIGKILL");
        resolve();
      });
    });
    child.stdin.on("error", () => {});
    const channel = stdioChannel(child.stdout, child.stdin, { maxLine: tunnelLimits.longestLine });
    channel.onMessage((value) => {
      // What is no JSON was meant for somebody's eyes.
      if (!over && typeof value === "object" && value !== null) message(value);
    });
    channel.onClose((reason) => {
      // Its output can close a moment before it is known how it ended.
      if (!over) setTimeout(() => end(`The server's output ended: ${reason}.`), 200);
    });
    let rest = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = (lines.pop() ?? "").slice(-1000);
      for (const line of lines.slice(0, 20)) if (line.trim() !== "") say(line.slice(0, 1000));
    });
    return {
      send(value) {
        if (over) return;
        if (child.stdin.writableLength > mostUnread) return end("The server does not read what it is sent.");
        channel.send(value);
      },
      async dispose() {
        over = true;
        channel.close();
        const timers = (["SIGTERM", "SIGKILL"] as const).map((name, turn) =>
          setTimeout(() => signalGroup(child.pid, name), patienceMs * (turn + 1)),
        );
        await gone;
        for (const timer of timers) clearTimeout(timer);
      },
    };
  };
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, signal);
  } catch {
    // Nothing of it is left.
  }
}
