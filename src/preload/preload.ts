import { contextBridge, ipcRenderer, webUtils } from "electron";
import type { Bridge } from "../shared/bridge.ts";
import { type PagePort, portChannel } from "./port-channel.ts";

function makePair(): readonly [PagePort, PagePort] {
  const { port1, port2 } = new MessageChannel() as unknown as { readonly port1: PagePort; readonly port2: PagePort };
  return [port1, port2];
}

/** The shell checks who hands it a port. */
function handOver(to: "host" | "shell") {
  return (port: PagePort) => ipcRenderer.postMessage("indoors:port", to, [port as never]);
}

const ends: Bridge = {
  host: portChannel(makePair, handOver("host")),
  shell: portChannel(makePair, handOver("shell")),
  pathOf: (file) => (file instanceof File ? webUtils.getPathForFile(file as never) : ""),
};

/**
 * Runs in the page's own world, from its text alone. What crosses to and from the host is JSON, and crosses as text: the
 * bridge copies objects one property at a time, a tenth of a second and more for a long transcript.
 */
function expose({ host, shell, pathOf }: Bridge): void {
  const bridge: Bridge = {
    host: {
      send: (value) => host.send(JSON.stringify(value)),
      onMessage: (receive) => host.onMessage((text) => receive(JSON.parse(text as string))),
      onClose: host.onClose,
    },
    shell,
    pathOf,
  };
  Object.freeze(bridge.host);
  Object.defineProperty(globalThis, "indoors", { value: Object.freeze(bridge), enumerable: true });
}

contextBridge.executeInMainWorld({ func: expose, args: [ends] });
