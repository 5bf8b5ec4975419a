import { readFileSync } from "node:fs";
import { descendants, type ProcessEntry } from "./processes.ts";

/**
 * Memory of the desktop and of all it started, by part, in MB. PSS: what processes share is counted once among them.
 * @param hostPid undefined while there is no host
 * @throws when a process that is there cannot be looked at
 */
export function memoryOf(shellPid: number, hostPid: number | undefined): Record<string, number> {
  const below = descendants(shellPid);
  const ofHost = new Set(hostPid === undefined ? [] : [hostPid, ...descendants(hostPid).map(({ pid }) => pid)]);
  const bytes: Record<string, number> = { shell: pss(shellPid) };
  for (const entry of below) {
    const part = partOf(entry, ofHost.has(entry.pid));
    bytes[part] = (bytes[part] ?? 0) + pss(entry.pid);
  }
  return Object.fromEntries(Object.entries(bytes).map(([part, kilobytes]) => [part, Math.round(kilobytes / 1024)]));
}

function partOf({ command }: ProcessEntry, isHosts: boolean): string {
  const has = (words: string) => command.some((word) => word.includes(words));
  if (has("--type=renderer")) return "renderer";
  if (has("--type=")) return "rest of Chromium";
  if (has("store/audit/writer")) return "audit writer";
  if (has("engines/")) return "models and sound";
  // The host's own runtime, and bubblewrap around it.
  if (has("host/serve")) return "host";
  return isHosts ? "tool workers that wait" : "rest";
}

/** In kB; 0 for one that has ended. */
function pss(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
  } catch (error) {
    if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return 0;
    throw error;
  }
}
