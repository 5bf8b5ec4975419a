import type { Bridge } from "../shared/bridge.ts";
import { ChannelListeners } from "../shared/channel.ts";

/** What is used of the page's MessagePort: the house is compiled without the browser's types. */
export interface PagePort {
  postMessage(value: unknown, transfer: readonly unknown[]): void;
  addEventListener(event: "message", heard: (message: { readonly data: unknown }) => void): void;
  addEventListener(event: "close", heard: () => void): void;
  start(): void;
}

/**
 * One side of the bridge: a channel that can be used again after it ended. A use of it makes a pair of ports when there is
 * none, and hands one over. When that is closed over there (the host died), who listened is told, once, and forgotten;
 * whoever connects next gets a new pair.
 */
export function portChannel(
  makePair: () => readonly [PagePort, PagePort],
  handOver: (port: PagePort) => void,
): Bridge["host"] {
  let open: { readonly port: PagePort; readonly listeners: ChannelListeners } | undefined;
  function current() {
    if (open !== undefined) return open;
    const [port, other] = makePair();
    const listeners = new ChannelListeners();
    port.addEventListener("message", ({ data }) => listeners.receive(data));
    port.addEventListener("close", () => {
      if (open?.port === port) open = undefined;
      listeners.end("the other process ended");
    });
    port.start();
    handOver(other);
    open = { port, listeners };
    return open;
  }
  return {
    send: (value) => current().port.postMessage(value, []),
    onMessage: (receive) => current().listeners.onMessage(receive),
    onClose: (closed) => current().listeners.onClose(closed),
  };
}
