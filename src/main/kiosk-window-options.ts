import type { BrowserWindowConstructorOptions } from "electron";

/** What a kiosk lays over the options of an ordinary window: the whole screen, and nothing to take hold of. */
export function kioskWindowOptions(): BrowserWindowConstructorOptions {
  return {
    kiosk: true,
    fullscreen: true,
    frame: false,
    autoHideMenuBar: true,
    resizable: false,
    movable: false,
    minimizable: false,
    maximizable: false,
    closable: false,
    alwaysOnTop: true,
    skipTaskbar: true,
    // Smaller than the smallest screen that one would build a kiosk with.
    minWidth: 320,
    minHeight: 320,
    webPreferences: { devTools: false, disableDialogs: true },
  };
}
