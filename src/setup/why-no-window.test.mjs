import { expect, it } from "vitest";
import { whyNoWindow } from "./why-no-window.mjs";

/** @type {Parameters<typeof whyNoWindow>[0]} */
const able = { platform: "linux", env: { DISPLAY: ":0" }, isRoot: false, hasElectron: true };

it("opens the window wherever that can work", () => {
  expect(whyNoWindow(able)).toBeUndefined();
  expect(whyNoWindow({ ...able, env: { WAYLAND_DISPLAY: "wayland-0" } })).toBeUndefined();
  for (const platform of /** @type {const} */ (["win32", "darwin"])) {
    expect(whyNoWindow({ ...able, platform, env: {} })).toBeUndefined();
  }
});

it("says why it does not", () => {
  expect(whyNoWindow({ ...able, env: {} })).toBe("No display here");
  expect(whyNoWindow({ ...able, hasElectron: false })).toContain("No Electron");
  expect(whyNoWindow({ ...able, isRoot: true })).toContain("as an ordinary user");
});
