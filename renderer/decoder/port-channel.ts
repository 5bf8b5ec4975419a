import { type Channel, ChannelListeners } from "../../src/shared/channel.ts";

/** A channel over a MessagePort. */
export function portChannel(port: MessagePort): Channel {
  const listeners = new ChannelListeners();
  port.addEventListener("message", ({ data }) => listeners.receive(data));
  port.addEventListener("close", () => listeners.end("the other side closed it"));
  port.start();
  return {
    send(value) {
      if (!listeners.closed) port.postMessage(value);
    },
    onMessage: (receive) => listeners.onMessage(receive),
    onClose: (closed) => listeners.onClose(closed),
    close() {
      listeners.end("closed");
      port.close();
    },
  };
}
