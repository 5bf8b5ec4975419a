import type { BrowserWindowConstructorOptions, WebPreferences } from "electron";

/** What every page is loaded with, the hidden decoder's included. */
export function webPreferences(parts: {
  readonly preload: string;
  readonly partition: string;
  readonly devTools: boolean;
}): WebPreferences {
  return {
    ...parts,
    sandbox: true,
    contextIsolation: true,
    webSecurity: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    spellcheck: false,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    navigateOnDragDrop: false,
    safeDialogs: true,
    enableWebSQL: false,
    autoplayPolicy: "document-user-activation-required",
    // A recording goes on while another window is in front.
    backgroundThrottling: false,
  };
}

/** `--page` of renderer/ui/tokens.css, so that nothing flashes before the page is drawn. */
export const backgroundColors = { light: "#fbfbfa", dark: "#191a1b" } as const;

/** The window of the desktop. It is shown when it can be drawn. */
export function windowOptions(parts: {
  readonly preload: string;
  readonly partition: string;
  readonly devTools: boolean;
  readonly dark: boolean;
  readonly bounds: { readonly x?: number; readonly y?: number; readonly width: number; readonly height: number };
}): BrowserWindowConstructorOptions {
  return {
    ...parts.bounds,
    minWidth: 960,
    minHeight: 640,
    show: false,
    title: "Indoors",
    backgroundColor: parts.dark ? backgroundColors.dark : backgroundColors.light,
    autoHideMenuBar: true,
    webPreferences: webPreferences({
      preload: parts.preload,
      partition: parts.partition,
      devTools: parts.devTools,
    }),
  };
}
