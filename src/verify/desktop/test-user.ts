import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { processes } from "./processes.ts";

/** Who runs the desktop in a test. */
export interface TestUser {
  readonly name: string;
  /** What to put before a command so that it runs as this user. */
  readonly prefix: readonly string[];
  /** Gives a folder and all in it to this user. */
  own(folder: string): void;
  /** Ends every process of this user and takes the user away. */
  remove(): void;
}

const namePrefix = "indoors-test-";

/**
 * Chromium refuses its sandbox to root, and nobody should test as root: where we are root, a user is made for this one
 * desktop, and removed after it. Otherwise it is whoever we are.
 */
export function makeTestUser(): TestUser {
  if (process.getuid?.() !== 0) {
    return { name: String(process.env["USER"]), prefix: [], own: () => {}, remove: () => {} };
  }
  removeLeftBehind();
  const name = `${namePrefix}${process.pid}-${(made += 1)}`;
  const options = ["--no-create-home", "--no-log-init", "--user-group", "--shell", "/usr/sbin/nologin"];
  execFileSync("/usr/sbin/useradd", [...options, name], { stdio: "pipe" });
  const { uid, gid } = idsOf(name);
  return {
    name,
    prefix: ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--"],
    own: (folder) => give(folder, uid, gid),
    remove: () => removeUser(name, uid),
  };
}

let made = 0;

function idsOf(name: string): { uid: number; gid: number } {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = (line ?? "").split(":");
  if (!(Number(uid) > 0)) throw new Error(`useradd made no user ${name}`);
  return { uid: Number(uid), gid: Number(gid) };
}

function give(path: string, uid: number, gid: number): void {
  const entry = lstatSync(path);
  if (entry.isSymbolicLink()) return;
  chownSync(path, uid, gid);
  if (entry.isDirectory()) for (const name of readdirSync(path)) give(join(path, name), uid, gid);
}

function removeUser(name: string, uid: number): void {
  // A process may start another one between our look and its end.
  for (let round = 0; round < 20; round++) {
    const left = processes().filter((process) => process.uid === uid);
    if (left.length === 0) break;
    for (const { pid } of left) kill(pid);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  spawnSync("/usr/sbin/userdel", ["--force", name], { stdio: "ignore" });
}

/** Users of test runs that were killed. */
function removeLeftBehind(): void {
  for (const line of readFileSync("/etc/passwd", "utf8").split("\n")) {
    const [name = "", , uid] = line.split(":");
    if (!name.startsWith(namePrefix)) continue;
    const owner = Number(name.slice(namePrefix.length).split("-")[0]);
    if (!processes().some(({ pid }) => pid === owner)) removeUser(name, Number(uid));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended on its own.
  }
}
