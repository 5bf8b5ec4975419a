import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { lockDataFolder } from "./lock-data-folder.ts";
import { freshFolder } from "./testing/fresh-store.ts";

const entry = fileURLToPath(new URL("./testing/lock-holder.ts", import.meta.url));

/** A real process that tries to take the folder, and the first line it says. */
async function holder(folder: string): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const child = spawn(process.execPath, [entry, folder], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const said = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").once("data", resolve);
    child.once("error", reject);
  });
  return { child, said: said.trim() };
}

describe("lockDataFolder", () => {
  test("makes the folder for its user alone, holds it, and gives it back", () => {
    const folder = join(freshFolder(), "new", "data");
    const lock = lockDataFolder(folder);
    expect(() => lockDataFolder(folder)).toThrow(
      expect.objectContaining({ code: "data.busy", data: { folder, pid: process.pid } }),
    );
    lock.release();
    lock.release();
    expect(existsSync(join(folder, "host.pid"))).toBe(false);
    lockDataFolder(folder).release();
  });

  test("another process is refused with the folder and the pid of the owner", async () => {
    const folder = freshFolder();
    using lock = lockDataFolder(folder);
    const { said } = await holder(folder);
    expect(said).toBe(
      `data.busy The data folder is in use: ${lock.folder}. Another Indoors (process ${process.pid}) is running on it. ` +
        "Close it, or choose another with --data DIR.",
    );
  });

  test("kill -9 of the owner frees the folder", async () => {
    const folder = freshFolder();
    const { child, said } = await holder(folder);
    expect(said).toBe("held");
    expect(() => lockDataFolder(folder)).toThrow(
      expect.objectContaining({ code: "data.busy", data: { folder, pid: child.pid } }),
    );
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGKILL");
    await ended;
    // The pid of the dead owner still lies there; it is not believed.
    expect(readdirSync(folder).sort()).toEqual(["host.lock", "host.pid"]);
    lockDataFolder(folder).release();
  });

  test("of eight processes that start at once exactly one gets the folder", async () => {
    const folder = freshFolder();
    const said = await Promise.all(Array.from({ length: 8 }, async () => (await holder(folder)).said.split(" ")[0]));
    expect(said.filter((line) => line === "held")).toHaveLength(1);
    expect(said.filter((line) => line === "data.busy")).toHaveLength(7);
  }, 20_000);

  test("a folder that cannot be made is said in words", () => {
    const file = join(freshFolder(), "file");
    writeFileSync(file, "");
    expect(() => lockDataFolder(join(file, "data"))).toThrow(
      expect.objectContaining({ code: "file.unreadable", message: expect.stringContaining(join(file, "data")) }),
    );
  });
});
