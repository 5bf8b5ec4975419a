import { readFileSync } from "node:fs";
import { type WindowMemory, windowMemory } from "./window-bounds.ts";
import { writeWhole } from "./write-whole.ts";

/** What is kept of the window, in a file of its own: it is needed before the host is there. */
export interface WindowFile {
  readonly memory: WindowMemory;
  /** Takes a change over. It is in the file half a second later, or after `flush`. */
  change(change: Partial<WindowMemory>): void;
  flush(): Promise<void>;
}

/** Reads the file. One that is not there or damaged is as good as an empty one. */
export function openWindowFile(path: string): WindowFile {
  let memory = windowMemory.parse(readJson(path));
  let timer: NodeJS.Timeout | undefined;
  const write = async () => {
    clearTimeout(timer);
    timer = undefined;
    // A window that forgets where it was is no reason to bother anybody.
    await writeWhole(path, JSON.stringify(memory)).catch(() => {});
  };
  return {
    get memory() {
      return memory;
    },
    change(change) {
      memory = { ...memory, ...change };
      timer ??= setTimeout(() => void write(), 500);
    },
    flush: async () => {
      if (timer !== undefined) await write();
    },
  };
}

function readJson(path: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
