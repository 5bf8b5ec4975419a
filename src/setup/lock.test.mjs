import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { withLock } from "./lock.mjs";

const folder = mkdtempSync(join(tmpdir(), "indoors-lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the lock", () => {
  it("lets one process work at a time", async () => {
    const lock = join(folder, "one");
    const log = join(folder, "log");
    const module = new URL("lock.mjs", import.meta.url).href;
    const code = `const { withLock } = await import(${JSON.stringify(module)});
      const { appendFileSync } = await import("node:fs");
      for (let turn = 0; turn < 5; turn++) await withLock(${JSON.stringify(lock)}, async () => {
        appendFileSync(${JSON.stringify(log)}, "in\\n");
        await new Promise((resolve) => setTimeout(resolve, 20));
        appendFileSync(${JSON.stringify(log)}, "out\\n");
      });`;
    const children = [1, 2, 3].map(() => spawn(process.execPath, ["--input-type=module", "-e", code]));
    await Promise.all(children.map((child) => new Promise((resolve) => child.once("close", resolve))));
    expect(readFileSync(log, "utf8")).toBe("in\nout\n".repeat(15));
    expect(existsSync(lock)).toBe(false);
  });

  it("takes over from a process that is gone", async () => {
    const lock = join(folder, "dead");
    const child = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => child.once("close", resolve));
    writeFileSync(lock, String(child.pid));
    expect(await withLock(lock, async () => "worked")).toBe("worked");
  });

  it("takes over a file that nobody touched for long, and waits for a fresh one, saying for whom", async () => {
    const lock = join(folder, "old");
    writeFileSync(lock, String(process.pid));
    /** @type {string[]} */
    const told = [];
    let isIn = false;
    const working = withLock(
      lock,
      async () => void (isIn = true),
      (holder) => told.push(holder),
    );
    await wait(500);
    expect(isIn).toBe(false);
    expect(told).toEqual([String(process.pid)]);
    const minuteAgo = new Date(Date.now() - 60_000);
    utimesSync(lock, minuteAgo, minuteAgo);
    await working;
    expect(isIn).toBe(true);
  });

  it("is free again after work that failed", async () => {
    const lock = join(folder, "failed");
    await expect(withLock(lock, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(lock)).toBe(false);
  });
});
