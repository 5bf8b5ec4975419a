import { app, type BrowserWindow, powerMonitor } from "electron";
import { kioskView } from "../shared/kiosk.ts";
import { kioskFiles } from "../shared/read-kiosk-config.ts";
import { type Kiosk, kioskExitCodes } from "./kiosk.ts";
import { loadKioskConfig } from "./kiosk-config.ts";
import { freeExportPath } from "./kiosk-export.ts";
import { clearKioskWindow, guardKioskWindow } from "./kiosk-guard.ts";
import { idleAtStart, type IdleState, ticked, touched } from "./kiosk-idle.ts";
import { mayCall } from "./kiosk-methods.ts";
import { PinLock } from "./kiosk-pin.ts";
import { kioskWindowOptions } from "./kiosk-window-options.ts";

export interface KioskParts {
  readonly dataFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** Writes a row of the audit log. It may fail: the kiosk must be left even when the host is gone. */
  readonly note: (facts: Readonly<Record<string, string | number>>) => Promise<unknown>;
  readonly onLog: (line: string) => void;
}

const tickMs = 250;
/** The page has so long to end in order, such as a recording, before it is taken away. */
const clearAfterMs = 3000;
/** So long the audit log may keep somebody who knows the PIN. */
const noteWithinMs = 2000;

/**
 * Reads kiosk.json and makes a kiosk of the program. Call it before Electron is ready: it sets switches.
 * @throws IndoorsError `input.invalid` when there is no valid file: then there must be no window
 */
export function openKiosk({ dataFolder, env, platform, note, onLog }: KioskParts): Kiosk {
  const config = loadKioskConfig(kioskFiles(dataFolder, env, platform));
  const lock = new PinLock(config.pin);
  const { pin: _pin, version: _version, ...shown } = config;
  const view = kioskView.parse(shown);
  // Two fingers neither zoom nor turn pages.
  app.commandLine.appendSwitch("disable-pinch");
  app.commandLine.appendSwitch("overscroll-history-navigation", "0");

  const listeners = new Set<(secondsLeft: number | null) => void>();
  const exportPaths = new Set<string>();
  let window: BrowserWindow | undefined;
  let idle: IdleState = idleAtStart;
  let clearing: NodeJS.Timeout | undefined;

  const become = (next: IdleState) => {
    const before = idle.told;
    idle = next;
    if (next.told === before) return;
    clearTimeout(clearing);
    for (const tell of [...listeners]) tell(next.told);
    if (next.told !== 0) return;
    exportPaths.clear();
    clearing = setTimeout(() => {
      if (window !== undefined) clearKioskWindow(window);
    }, clearAfterMs);
  };
  const touch = () => become(touched(idle, performance.now()));
  const timer = setInterval(() => become(ticked(idle, performance.now(), config)), tickMs);
  // The clock may stand still while the machine sleeps: whoever wakes it is somebody else.
  const onSuspend = () => become({ ...idle, told: 0 });
  void app.whenReady().then(() => powerMonitor.on("suspend", onSuspend));

  return {
    view,
    windowOptions: kioskWindowOptions(),
    leftExitCode: kioskExitCodes.left,
    allows: (contract, method, params) =>
      mayCall(contract, method, params, {
        views: view.views,
        isExportPath: (path) => typeof path === "string" && exportPaths.has(path),
      }),
    guard(made) {
      window = made;
      guardKioskWindow(made, platform, touch);
    },
    touch,
    onIdle(tell) {
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    async leave(pin) {
      const { right, waitMs, counted } = await lock.try(pin);
      if (!counted) return { left: false, waitMs };
      onLog(right ? "the kiosk is left by PIN" : `a PIN was refused, next try in ${waitMs} ms`);
      const written = note({ kiosk: right ? "left" : "pin refused", waitMs: Math.round(waitMs) });
      const patience = new Promise((resolve) => setTimeout(resolve, noteWithinMs).unref());
      await Promise.race([written, patience]).catch((error: unknown) => onLog(`audit.note: ${String(error)}`));
      return { left: right, waitMs };
    },
    async exportPath(suggestedName, confirmed) {
      const path = await freeExportPath(view.exportFolder, suggestedName, confirmed);
      exportPaths.add(path);
      return path;
    },
    dispose() {
      clearInterval(timer);
      clearTimeout(clearing);
      if (app.isReady()) powerMonitor.off("suspend", onSuspend);
      listeners.clear();
    },
  };
}
