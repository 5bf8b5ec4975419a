import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sandbox } from "./sandbox.ts";
import { canSeal, openHere, shell } from "./testing/machine.ts";

const rounds = 60;
/** For what a killed host leaves. */
const folder = mkdtempSync(join(tmpdir(), "indoors-killed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A script that leaves nothing out: a daemon in a session of its own that ignores signals, and a child in front. */
const stubborn = (mark: string) =>
  `(setsid sh -c 'trap "" TERM HUP INT; while :; do sleep 5; done; : ${mark}' & ) ; while :; do sleep 5; done; : ${mark}`;

/** Processes of this machine whose command line holds the mark, the holders and bubblewraps included. */
function alive(mark: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        // A zombie has no command line.
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(mark);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const newMark = () => `mark-${randomBytes(8).toString("hex")}`;

describe.skipIf(!canSeal)("killing", () => {
  it("the detector sees what is not sealed and not killed", async () => {
    const mark = newMark();
    const child = spawn("/bin/sh", ["-c", stubborn(mark)], { stdio: "ignore", detached: true });
    await expect.poll(() => alive(mark).length).toBeGreaterThanOrEqual(2);
    child.kill("SIGKILL");
    await sleep(50);
    const left = alive(mark);
    // The daemon runs on: this is what the sandbox must prevent.
    expect(left.length).toBeGreaterThan(0);
    for (const pid of left) process.kill(pid, "SIGKILL");
  });

  describe.each(["bubblewrap", "landlock"] as const)("with %s", (launcher) => {
    let sandbox: Sandbox;
    beforeAll(async () => {
      sandbox = await openHere(launcher);
    });
    afterAll(() => sandbox.dispose());

    it(`${rounds} times, at any moment, leaves nothing`, async () => {
      const left: number[] = [];
      let caught = 0;
      for (let round = 0; round < rounds; round++) {
        const mark = newMark();
        const running = await sandbox.start(shell(stubborn(mark)));
        await sleep(Math.random() * 8);
        if (alive(mark).length > 1) caught++;
        await running.kill();
        expect(await running.exited).toEqual({ code: null, signal: "SIGKILL", limit: null });
        await running.dispose();
        left.push(...alive(mark));
      }
      expect(left).toEqual([]);
      expect(caught).toBeGreaterThan(rounds / 2);
    });

    it("leaves nothing when the command ends and its daemon does not", async () => {
      const mark = newMark();
      const daemon = stubborn(mark).split(";")[0] ?? "";
      const running = await sandbox.start(
        shell(`(setsid sh -c 'trap "" TERM HUP; sleep 100; : ${mark}' &) ; sleep 0.2`),
      );
      expect(daemon).not.toBe("");
      expect((await running.exited).code).toBe(0);
      await running.dispose();
      expect(alive(mark)).toEqual([]);
    });

    it("leaves nothing when the holder itself is killed", async () => {
      const mark = newMark();
      const running = await sandbox.start(shell(stubborn(mark)));
      await sleep(20);
      const holder = alive(mark).find((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("\0hold\0"));
      process.kill(holder ?? 0, "SIGKILL");
      expect((await running.exited).signal).toBe("SIGKILL");
      await running.dispose();
      if (launcher === "bubblewrap") await expect.poll(() => alive(mark)).toEqual([]);
      // Without namespaces only the program itself is tied to its holder; what it left behind is ours to end.
      else for (const pid of alive(mark)) process.kill(pid, "SIGKILL");
    });

    it("leaves nothing when the host is killed, at any moment of the start", async () => {
      const script = fileURLToPath(new URL("./testing/host-to-kill.ts", import.meta.url));
      const left: number[] = [];
      let caught = 0;
      for (let round = 0; round < 6; round++) {
        const mark = newMark();
        const host = spawn(process.execPath, [script, launcher, stubborn(mark)], {
          stdio: ["ignore", "pipe", "ignore"],
          env: { ...process.env, TMPDIR: folder },
        });
        // It says so when its sandbox is open and the first start begins.
        await new Promise((resolve) => host.stdout.once("data", resolve));
        await sleep(round * 6);
        if (alive(mark).length > 1) caught++;
        host.kill("SIGKILL");
        await expect.poll(() => alive(mark), { timeout: 5000 }).toEqual([]);
        // A process that becomes another program has no name for a moment, so one look can miss it.
        await sleep(200);
        left.push(...alive(mark));
      }
      expect(left).toEqual([]);
      expect(caught).toBeGreaterThan(0);
    });
  });
});
