import { ipcRenderer } from "electron";

/** What this file needs of the page it runs beside: the rest of the house is compiled without the browser's types. */
declare const window: {
  readonly location: { readonly origin: string };
  postMessage(message: string, origin: string, ports: readonly unknown[]): void;
};

// The page that decodes gets one port, once, and nothing else.
ipcRenderer.once("decoder-port", ({ ports }) => {
  window.postMessage("decoder-port", window.location.origin, ports);
});
