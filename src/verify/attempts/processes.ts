import { readdirSync, readFileSync } from "node:fs";

/** The living processes of this machine that have `token` in their arguments, by number. */
export function processesWith(token: string): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && argumentsOf(pid).includes(token));
}

/** The same, less `seal hold`, which stays outside of the sandbox, with what was started among its own arguments. */
export function programsWith(token: string): number[] {
  return processesWith(token).filter((pid) => argumentsOf(pid).split("\0")[1] !== "hold");
}

/** Empty for one that has just ended, or waits for its parent to notice. */
function argumentsOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Those that this process has started and that still live. */
export function ownChildren(): number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, "utf8");
  return children.trim().split(" ").filter(Boolean).map(Number);
}

/** Ends them, whatever they are; one that is gone is fine. */
export function end(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone already.
    }
  }
}
