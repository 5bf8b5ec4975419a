import { expect, it } from "vitest";
import { bubblewrapLauncher } from "./bubblewrap.ts";
import type { Launcher } from "./launcher.ts";
import { probeSandbox } from "./probe.ts";
import { findSystemFolders } from "./system-folders.ts";
import { canSeal, sealPath } from "./testing/machine.ts";

it.skipIf(!canSeal)("is level A without the layer where only the layer cannot be made, and says so", async () => {
  const nodePath = process.execPath;
  const systemFolders = findSystemFolders();
  const whole = bubblewrapLauncher({ bwrapPath: "/usr/bin/bwrap", sealPath, nodePath, systemFolders });
  const noLayer: Launcher = {
    ...whole,
    seal(command, temporary) {
      if (command.grants.some(({ mode }) => mode === "rw")) throw new Error("no layer can be put above it");
      return whole.seal(command, temporary);
    },
  };
  const probe = (launchers: readonly Launcher[]) =>
    probeSandbox({ launchers, missing: [], sealPath, nodePath, cgroups: null });

  const { report } = await probe([noLayer, { ...noLayer, staging: false }]);
  expect(report).toMatchObject({ level: "A", launcher: "bubblewrap", staging: false });
  expect(report.missing.join()).toMatch(/no layer can be put above it.*Tools that write are off/);
  // The control: the second description is what makes the difference.
  expect((await probe([noLayer])).report.level).toBe("D");
});
