import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { IndoorsError } from "../../shared/errors.ts";
import type { PerimeterBudget } from "../../shared/perimeter.ts";

/** One server's use of its budget. */
export interface Account {
  readonly budget: PerimeterBudget;
  /** Counts one more call. @throws tool.limit when the hour has had its calls, or the day its bytes */
  call(): void;
  /** Counts what crossed, in either direction. @throws tool.limit when it is more than a day may have */
  bytes(count: number): void;
}

export interface Usage {
  account(name: string, budget: PerimeterBudget): Account;
  /** What was counted in the last 24 hours. */
  today(name: string): { readonly calls: number; readonly bytes: number };
  /** Writes what was not written yet. */
  dispose(): Promise<void>;
}

/** Minutes since 1970, calls, bytes. Minutes add up to a rolling hour and a rolling day, so no edge can be waited for. */
const minute = z.tuple([z.int(), z.int(), z.int()]);
type Minute = z.infer<typeof minute>;
const usageFile = z.record(z.string(), z.array(minute).max(2000));

const [hour, day] = [60, 24 * 60];
/** How long a count may be in memory alone. */
const writeAfterMs = 500;

/**
 * Opens `usage.json` in the perimeter's folder, so that starting the gateway again gives nobody a new budget. A file
 * that cannot be used counts as empty: it holds no right, and servers that are in use must go on.
 * @param now milliseconds since 1970
 */
export async function openUsage(folder: string, now: () => number = Date.now): Promise<Usage> {
  const file = join(folder, "usage.json");
  const minutes = new Map<string, Minute[]>(Object.entries(await readUsage(file)));
  let timer: NodeJS.Timeout | undefined;
  let writing = Promise.resolve();

  const write = () => {
    timer = undefined;
    const text = JSON.stringify(Object.fromEntries(minutes));
    writing = writing.then(() => writeWhole(file, text)).catch(() => {});
    return writing;
  };

  function count(name: string, calls: number, bytes: number): void {
    const at = Math.floor(now() / 60_000);
    // What is later than now was counted before the clock was set back: it stays.
    const kept = (minutes.get(name) ?? []).filter(([then]) => then > at - day);
    const last = kept.at(-1);
    if (last?.[0] === at) kept[kept.length - 1] = [at, last[1] + calls, last[2] + bytes];
    else kept.push([at, calls, bytes]);
    minutes.set(name, kept);
    timer ??= setTimeout(write, writeAfterMs);
  }

  function sum(name: string, length: number, of: 1 | 2): number {
    const at = Math.floor(now() / 60_000);
    return (minutes.get(name) ?? []).reduce((all, each) => all + (each[0] > at - length ? each[of] : 0), 0);
  }

  return {
    account: (name, budget) => ({
      budget,
      call() {
        if (sum(name, hour, 1) >= budget.callsPerHour) throw overBudget(name, `${budget.callsPerHour} calls an hour`);
        if (sum(name, day, 2) >= budget.bytesPerDay) throw overBudget(name, `${budget.bytesPerDay} bytes a day`);
        count(name, 1, 0);
      },
      bytes(crossed) {
        count(name, 0, crossed);
        if (sum(name, day, 2) > budget.bytesPerDay) throw overBudget(name, `${budget.bytesPerDay} bytes a day`);
      },
    }),
    today: (name) => ({ calls: sum(name, day, 1), bytes: sum(name, day, 2) }),
    async dispose() {
      if (timer !== undefined) {
        clearTimeout(timer);
        void write();
      }
      await writing;
    },
  };
}

/** The error for what a budget does not allow. */
export function overBudget(name: string, limit: string): IndoorsError {
  return new IndoorsError(
    "tool.limit",
    `${name} was cut off: its budget is ${limit}. Wait, or have the administrator list it with a larger one.`,
    { limit },
  );
}

async function readUsage(file: string): Promise<z.infer<typeof usageFile>> {
  try {
    return usageFile.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    return {};
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const whole = `${file}.${randomUUID()}`;
  try {
    await writeFile(whole, text, { mode: 0o600, flag: "wx" });
    await rename(whole, file);
  } catch (fault) {
    await rm(whole, { force: true });
    throw fault;
  }
}
