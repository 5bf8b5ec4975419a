import type { WebContents } from "electron";
import { mayNavigate } from "./navigation.ts";

/** Puts every web contents, at its making, where it can go nowhere and open nothing. */
export function guardContents(
  contents: WebContents,
  { devTools, onLog }: { readonly devTools: boolean; readonly onLog: (line: string) => void },
): void {
  const refused = (what: string) => onLog(`refused: ${what}`);
  const stay = (
    event: { preventDefault(): void; readonly url: string; readonly isMainFrame: boolean },
    what: string,
  ) => {
    // Developer tools are a page of Chromium's own that loads parts of itself.
    if (devTools && contents.getURL().startsWith("devtools:")) return;
    if (mayNavigate(contents.getURL(), event.url, event.isMainFrame)) return;
    event.preventDefault();
    refused(what);
  };
  contents.on("will-navigate", (event) => stay(event, "to navigate"));
  contents.on("will-redirect", (event) => stay(event, "to redirect"));
  contents.on("will-frame-navigate", (event) => stay(event, "to navigate a frame"));
  contents.on("will-attach-webview", (event) => {
    event.preventDefault();
    refused("a webview");
  });
  contents.setWindowOpenHandler(() => {
    refused("to open a window");
    return { action: "deny" };
  });
  contents.on("devtools-opened", () => {
    if (devTools) return;
    contents.closeDevTools();
    refused("developer tools");
  });
  contents.on("select-bluetooth-device", (event, _devices, choose) => {
    event.preventDefault();
    choose("");
  });
  // Only over a proxy, and ours is dead: no address of this machine goes out, whatever a page connects.
  contents.setWebRTCIPHandlingPolicy("disable_non_proxied_udp");
  contents.on("dom-ready", () => void contents.setVisualZoomLevelLimits(1, 1).catch(() => {}));
}
