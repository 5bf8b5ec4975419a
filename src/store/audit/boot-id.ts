import { readFileSync } from "node:fs";

/** What tells one start of this machine from the next: `mono` counts from there. "unknown" where nothing tells it. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "unknown";
  }
}
