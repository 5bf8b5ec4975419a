import { readlinkSync, realpathSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { here } from "../../setup/house.mjs";
import { runtimePath } from "../../setup/runtime.mjs";
import { canOpenDesktop } from "./needs-desktop.ts";
import { type Desktop, openDesktop } from "./open-desktop.ts";
import { processes, statusOf } from "./processes.ts";

const namespace = (pid: number, kind: string) => readlinkSync(`/proc/${pid}/ns/${kind}`);

describe.skipIf(!canOpenDesktop)("the desktop starts", () => {
  let desktop: Desktop;
  beforeAll(async () => {
    desktop = await openDesktop();
  });
  afterAll(() => desktop?.close());

  it("shows its window, from its own origin", async () => {
    await desktop.page.waitForLoadState();
    expect(await desktop.page.title()).toMatch(/Indoors$/);
    expect(new URL(desktop.page.url()).protocol).toBe("app:");
    expect(await desktop.page.evaluate(() => Object.keys(globalThis).includes("require"))).toBe(false);
  });

  it("keeps the page in Chromium's sandbox", () => {
    const renderers = desktop.pidsOf("--type=renderer");
    expect(renderers.length).toBeGreaterThan(0);
    for (const pid of renderers) {
      expect([statusOf(pid, "Seccomp"), statusOf(pid, "NoNewPrivs")]).toEqual(["2", "1"]);
      for (const kind of ["user", "pid", "net"]) expect(namespace(pid, kind)).not.toBe(namespace(process.pid, kind));
    }
    // The control: the shell is no page, and the same look at it finds no sandbox.
    expect(statusOf(desktop.pid, "Seccomp")).toBe("0");
    expect(namespace(desktop.pid, "user")).toBe(namespace(process.pid, "user"));
    for (const { command } of processes()) {
      if (command[0]?.includes(here.electron)) expect(command).not.toContain("--no-sandbox");
    }
  });

  it("runs the host on the runtime that comes with it, not on Electron", async () => {
    await expect.poll(() => desktop.hostPid(), { timeout: 20_000 }).toBeGreaterThan(0);
    const program = readlinkSync(`/proc/${desktop.hostPid()}/exe`);
    expect(program).toBe(realpathSync(runtimePath(here) ?? ""));
  });

  it("runs nothing as root", () => {
    const ours = [desktop.pid, ...desktop.pidsOf("")];
    const asRoot = processes().filter(({ pid, uid }) => ours.includes(pid) && uid === 0);
    expect(asRoot).toEqual([]);
  });
});
