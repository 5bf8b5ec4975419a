import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findCommand } from "./find-command.mjs";
import { adviceFor, lackingSystemPackages, rememberTried, wasTried } from "./install-system-packages.mjs";
import { systemPackages } from "./system-packages.mjs";

const folder = mkdtempSync(join(tmpdir(), "indoors-packages-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @param {import("./system-packages.mjs").PackageManager} manager */
function line(manager) {
  return adviceFor(systemPackages, manager).split("To install: ")[1];
}

describe("system packages", () => {
  it.skipIf(process.platform === "win32")("finds programs on the PATH, and nothing that may not be run", () => {
    const program = join(folder, "some-program");
    writeFileSync(program, "#!/bin/sh\n");
    const path = ["/nowhere", "", folder].join(delimiter);
    expect(findCommand("some-program", path)).toBeUndefined();
    chmodSync(program, 0o755);
    expect(findCommand("some-program", path)).toBe(program);
    expect(findCommand(".", path)).toBeUndefined();
  });

  it("prints the exact line for each package manager", () => {
    const sudo = process.getuid?.() === 0 ? "" : "sudo ";
    expect(line("apt-get")).toMatch(
      new RegExp(
        `^${sudo}apt-get install -y --no-install-recommends make g\\+\\+ bubblewrap ffmpeg ` +
          `libgtk-3-0(t64)? libnss3 libgbm1 libasound2(t64)? libcups2(t64)? xvfb$`,
      ),
    );
    expect(line("dnf")).toBe(
      `${sudo}dnf install -y make gcc-c++ bubblewrap ffmpeg-free gtk3 nss mesa-libgbm alsa-lib cups-libs ` +
        "xorg-x11-server-Xvfb",
    );
    expect(line("pacman")).toBe(
      `${sudo}pacman -S --needed base-devel bubblewrap ffmpeg gtk3 nss mesa alsa-lib libcups xorg-server-xvfb`,
    );
    expect(line("zypper")).toBe(
      `${sudo}zypper install -y make gcc-c++ bubblewrap ffmpeg libgtk-3-0 mozilla-nss libgbm1 libasound2 libcups2 ` +
        "xorg-x11-server-Xvfb",
    );
    expect(line("brew")).toBe("brew install ffmpeg");
    expect(adviceFor(systemPackages, "dnf")).toContain("reads m4a, mp4 and webm recordings");
  });

  it.skipIf(process.platform !== "linux")("sees that a shared library is missing", () => {
    const entry = systemPackages.find(({ libraries }) => libraries?.includes("libgtk-3.so.0"));
    const isLacking = () => lackingSystemPackages().includes(/** @type {typeof systemPackages[0]} */ (entry));
    expect(entry).toBeDefined();
    const before = isLacking();
    entry?.libraries?.push("libof-nobody.so.1");
    expect(isLacking()).toBe(true);
    entry?.libraries?.pop();
    expect(isLacking()).toBe(before);
  });

  it("tries the same packages once, and others anew", () => {
    expect(wasTried(folder, systemPackages)).toBe(false);
    rememberTried(folder, systemPackages);
    expect(wasTried(folder, systemPackages)).toBe(true);
    expect(wasTried(folder, systemPackages.slice(1))).toBe(false);
  });
});
