import { app, BrowserWindow, type IpcMainEvent, ipcMain, nativeTheme, screen } from "electron";
import { serve, type Server } from "../shared/contract.ts";
import { shellContract } from "../shared/shell-contract.ts";
import { appUrl } from "./app-origin.ts";
import type { CaptureWriter } from "./capture-writer.ts";
import { crashCount } from "./crash-count.ts";
import { addEditMenu } from "./edit-menu.ts";
import type { HostProcess } from "./host-process.ts";
import type { Kiosk } from "./kiosk.ts";
import { shellMethods } from "./shell-methods.ts";
import { isTrustedSender } from "./trusted-sender.ts";
import { windowBounds } from "./window-bounds.ts";
import type { WindowFile } from "./window-file.ts";
import { backgroundColors, windowOptions } from "./window-options.ts";
import { WindowRelay } from "./window-relay.ts";

export interface DesktopWindowParts {
  readonly preload: string;
  readonly partition: string;
  readonly host: HostProcess;
  readonly captures: CaptureWriter;
  readonly kiosk: Kiosk | null;
  readonly file: WindowFile;
  /** The ids of web contents that may talk to the shell. The window adds and removes its own. */
  /** Whether developer tools may be opened. */
  readonly devTools: boolean;
  readonly known: Set<number>;
  readonly mark: (mark: string) => void;
  readonly onLog: (line: string) => void;
  readonly quit: (exitCode: number) => void;
  /** The page died so often that it is not loaded again. */
  readonly onGivenUp: (reason: string) => void;
}

export interface DesktopWindow {
  readonly window: BrowserWindow;
  /** Gives files to the page, when it can take them. */
  open(paths: readonly string[]): void;
  /** Brings it to the front. */
  focus(): void;
}

/** Opens the window at once: it can be used before the host is there. */
export function openDesktopWindow(parts: DesktopWindowParts): DesktopWindow {
  const { host, captures, kiosk, file, known, onLog } = parts;
  nativeTheme.themeSource = file.memory.theme;
  const base = windowOptions({
    preload: parts.preload,
    partition: parts.partition,
    devTools: parts.devTools,
    dark: nativeTheme.shouldUseDarkColors,
    bounds: windowBounds(
      file.memory.bounds,
      screen.getAllDisplays().map(({ workArea }) => workArea),
    ),
  });
  const window = new BrowserWindow({
    ...base,
    ...kiosk?.windowOptions,
    webPreferences: { ...kiosk?.windowOptions.webPreferences, ...base.webPreferences },
  });
  const contents = window.webContents;
  const contentsId = contents.id;
  known.add(contentsId);

  const opened = new Set<string>();
  let server: Server<typeof shellContract> | undefined;
  let reloadedBecause: string | undefined;
  let drawn = false;
  let waiting: string[] = [];

  const relay = new WindowRelay({
    openHostPort: () => host.openPort(),
    allows: (contract, method, params) => kiosk?.allows(contract, method, params) ?? true,
    onLog,
    serveShell(channel) {
      const methods = shellMethods({
        window,
        host,
        captures,
        opened,
        kiosk,
        quit: parts.quit,
        onAppearance(appearance) {
          file.change(appearance);
          drawn = true;
          tellFiles();
        },
      });
      const state = methods["shell.state"];
      const own: typeof methods = {
        ...methods,
        "shell.state": async (params, signal) => ({
          ...(await state(params, signal)),
          ...(reloadedBecause !== undefined && { reloadedBecause }),
        }),
      };
      server = serve(channel, shellContract, own, { onFault: (fault, where) => onLog(`${where}: ${wordsOf(fault)}`) });
      return server;
    },
  });
  const tellFiles = () => {
    if (!drawn || waiting.length === 0) return;
    server?.emit("files.opened", { paths: waiting });
    waiting = [];
  };
  /** The page is gone: so are its ports, and nobody sends samples for its recordings any more. */
  const endPage = () => {
    drawn = false;
    relay.close();
    server = undefined;
    if (opened.size === 0) return;
    const ended = [...opened];
    opened.clear();
    void Promise.allSettled(ended.map((id) => captures.close(id))).then(() => recover(parts));
  };

  const takePort = (event: IpcMainEvent, to: unknown) => {
    const [port] = event.ports;
    const trusted = isTrustedSender({ contentsId: event.sender.id, frame: event.senderFrame }, new Set([contentsId]));
    if (trusted && port !== undefined && (to === "host" || to === "shell")) return relay.join(to, port);
    if (event.sender.id === contentsId) onLog("refused: a port of a frame that is not the window's");
    for (const one of event.ports) one.close();
  };
  ipcMain.on("indoors:port", takePort);
  const deafToHost = host.onState((state) => server?.emit("host.state", state));
  // What is seen beside the page, while the window is made larger.
  const colour = () => {
    window.setBackgroundColor(nativeTheme.shouldUseDarkColors ? backgroundColors.dark : backgroundColors.light);
  };
  nativeTheme.on("updated", colour);
  const deafToIdle = kiosk?.onIdle((secondsLeft) => server?.emit("kiosk.idle", { secondsLeft }));

  const after = crashCount();
  contents.on("render-process-gone", (_event, { reason }) => {
    if (window.isDestroyed() || reason === "clean-exit") return;
    onLog(`the window's process is gone: ${reason}`);
    endPage();
    reloadedBecause = reason;
    if (after(performance.now()) === "give-up") parts.onGivenUp(reason);
    else setImmediate(() => void contents.loadURL(appUrl).catch((error: unknown) => onLog(String(error))));
  });
  contents.on("did-start-navigation", ({ isMainFrame, isSameDocument }) => {
    if (isMainFrame && !isSameDocument) endPage();
  });
  contents.on("did-fail-load", (_event, code, what) => onLog(`the page did not load: ${code} ${what}`));
  contents.on("preload-error", (_event, _path, error) => onLog(`preload: ${wordsOf(error)}`));
  contents.on("console-message", ({ level, message, lineNumber }) => {
    // A page's words may hold content: only that there were some, unless this is development.
    if (level === "error")
      onLog(`the page reports an error${app.isPackaged ? "" : `: ${message} (line ${lineNumber})`}`);
  });
  window.on("unresponsive", () => onLog("the window does not answer"));
  window.on("responsive", () => onLog("the window answers again"));

  window.once("ready-to-show", () => {
    contents.setZoomFactor(file.memory.scale);
    if (file.memory.maximized && kiosk === null) window.maximize();
    window.show();
    parts.mark("window-shown");
  });
  if (kiosk === null) {
    const remember = () => {
      if (window.isMinimized() || window.isFullScreen()) return;
      const maximized = window.isMaximized();
      file.change(maximized ? { maximized } : { maximized, bounds: window.getBounds() });
    };
    for (const event of ["resized", "moved", "maximize", "unmaximize", "resize", "move"] as const) {
      window.on(event as "resize", remember);
    }
    addEditMenu(contents);
    if (!app.isPackaged) {
      contents.on("before-input-event", (_event, { type, key }) => {
        if (type === "keyDown" && key === "F12") contents.toggleDevTools();
      });
    }
  }
  kiosk?.guard(window);
  window.once("closed", () => {
    known.delete(contentsId);
    ipcMain.off("indoors:port", takePort);
    nativeTheme.off("updated", colour);
    deafToHost();
    deafToIdle?.();
    endPage();
  });
  void contents.loadURL(appUrl).catch((error: unknown) => onLog(`the page did not load: ${wordsOf(error)}`));

  return {
    window,
    open(paths) {
      waiting.push(...paths);
      tellFiles();
    },
    focus() {
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
    },
  };
}

/** Makes recordings of what nobody records any more. */
export async function recover({ host, captures, onLog }: Pick<DesktopWindowParts, "host" | "captures" | "onLog">) {
  try {
    const { recovered } = await host.control("captures.recover", { active: captures.active() });
    if (recovered.length > 0) onLog(`${recovered.length} recordings recovered`);
  } catch (error) {
    onLog(`captures.recover: ${wordsOf(error)}`);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
