import { createWriteStream, mkdirSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** What the shell did, for whoever looks after the machine. It holds no content. */
export interface ShellLog {
  write(line: string): void;
  /** Ends when everything is in the file. */
  close(): Promise<void>;
}

const largest = 1024 * 1024;

/**
 * Opens the log at its end. A large one is put aside first, in place of the one that was put aside before. One run writes
 * no more than `largest` characters: a page that fails over and over must not fill the disk.
 */
export function openShellLog(path: string): ShellLog {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    if (statSync(path).size > largest) renameSync(path, `${path}.1`);
  } catch {
    // The first start.
  }
  const stream = createWriteStream(path, { flags: "a", mode: 0o600 });
  // A log that cannot be written ends nothing.
  stream.on("error", () => {});
  let written = 0;
  return {
    write(line) {
      if (written > largest) return;
      written += line.length + 26;
      const text = written > largest ? "the log of this run is full" : line.replaceAll(/\s*\n\s*/g, " | ");
      stream.write(`${new Date().toISOString()} ${text}\n`);
    },
    close: () => new Promise((resolve) => stream.end(() => resolve())),
  };
}
