import { appendFile, rename, stat } from "node:fs/promises";

const maxBytes = 5_000_000;

/** A plain text log beside the data: faults with their stacks, what engines print. It never leaves the machine. */
export interface LocalLog {
  write(line: string): void;
  /** Resolves when everything written so far is in the file. */
  flush(): Promise<void>;
}

/** Opens the log at `path`; when it passes 5 MB it is renamed to `.1` and begun anew. Failing to log never fails work. */
export function openLocalLog(path: string): LocalLog {
  let last: Promise<void> = Promise.resolve();
  const append = async (line: string) => {
    try {
      if (((await stat(path).catch(() => null))?.size ?? 0) > maxBytes) await rename(path, `${path}.1`);
      await appendFile(path, `${new Date().toISOString()} ${line}\n`, { mode: 0o600 });
    } catch {
      // The disk is full or the folder is gone; the work itself will say so.
    }
  };
  return {
    write(line) {
      last = last.then(() => append(line));
    },
    flush: () => last,
  };
}
