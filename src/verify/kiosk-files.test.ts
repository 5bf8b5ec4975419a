import { spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kioskExitCodes } from "../main/kiosk.ts";
import { findCommand } from "../setup/find-command.mjs";

const folder = fileURLToPath(new URL("../../resources/kiosk/", import.meta.url));
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const unit = read("indoors-kiosk.service");

const analyze = findCommand("systemd-analyze", process.env["PATH"] ?? "");
if (analyze === undefined) console.warn("skipped: no systemd-analyze: the kiosk's unit is not verified");

describe("the files of a kiosk machine", () => {
  let work: string;
  beforeAll(() => {
    work = mkdtempSync(join(tmpdir(), "kiosk-files-"));
  });
  afterAll(() => rmSync(work, { recursive: true }));

  it("know the exit code of the PIN", () => {
    expect(unit).toContain(`RestartPreventExitStatus=${kioskExitCodes.left}\n`);
    expect(unit).toContain("Restart=always\n");
    expect(unit).toContain("PrivateNetwork=yes\n");
  });

  it.skipIf(analyze === undefined)("have a unit that systemd takes", () => {
    const verify = (name: string, text: string) => {
      const file = join(work, name);
      writeFileSync(file, text);
      return spawnSync(analyze ?? "", ["verify", file], { encoding: "utf8" });
    };
    // What it starts is not installed here.
    const startable = unit.replace(/^ExecStart=.*$/m, "ExecStart=/bin/true");
    expect(verify("indoors-kiosk.service", startable)).toMatchObject({ status: 0, stderr: "" });
    const wrong = startable.replace("PrivateNetwork=", "PrivateNetwrk=");
    expect(verify("indoors-wrong.service", wrong).stderr).toContain("PrivateNetwrk");
  });

  // The screen and the program by scripts in their place.
  it.skipIf(process.platform === "win32").each<[string, number, number]>([
    ["wayland", kioskExitCodes.left, kioskExitCodes.left],
    ["wayland", 0, 0],
    ["wayland", kioskExitCodes.refused, 0],
    ["x11", kioskExitCodes.left, kioskExitCodes.left],
    ["x11", 139, 0],
  ])("the session on %s ends after %i with %i", (kind, code, ends) => {
    const bin = join(work, "bin");
    mkdirSync(bin, { recursive: true });
    const script = (name: string, body: string) =>
      writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    // Both forget how the program ended.
    script("cage", 'shift; "$@"; exit 0');
    script("xinit", '"$1" "$2" "$3"; exit 1');
    for (const name of ["xset", "matchbox-window-manager"]) script(name, "exit 0");
    script("indoors", `[ "$1" = --kiosk ] || exit 1\n[ "$2" = --ozone-platform=${kind} ] || exit 1\nexit ${code}`);
    const env = { PATH: `${bin}:/usr/bin:/bin`, XDG_RUNTIME_DIR: work };
    const run = spawnSync(join(folder, "kiosk-session.sh"), [kind], { env, encoding: "utf8" });
    expect([run.stderr, run.status]).toEqual(["", ends]);
  });
});
