/**
 * Why the desktop cannot be opened on this machine, in words without a full stop; undefined where it can.
 * @param {{ platform: NodeJS.Platform, env: NodeJS.ProcessEnv, isRoot: boolean, hasElectron: boolean }} machine
 * @returns {string | undefined}
 */
export function whyNoWindow({ platform, env, isRoot, hasElectron }) {
  const isWindowed = platform === "win32" || platform === "darwin";
  if (!isWindowed && !env["DISPLAY"] && !env["WAYLAND_DISPLAY"]) return "No display here";
  if (!hasElectron) return "No Electron here, see above";
  if (platform === "linux" && isRoot) {
    return "Chromium refuses its sandbox to root, and Indoors does not run without it: to see the desktop, start as an ordinary user";
  }
  return undefined;
}
