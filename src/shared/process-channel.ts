import { type Channel, ChannelListeners } from "./channel.ts";

/** The part of Node's `process` and `ChildProcess` that carries messages. Structural, so that shared needs no Node. */
export interface MessagePeer {
  send?(value: unknown, callback?: (error: Error | null) => void): boolean;
  on(event: "message", listener: (value: unknown) => void): unknown;
  on(event: "disconnect", listener: () => void): unknown;
  disconnect?(): void;
  readonly connected?: boolean;
}

/** A channel over Node's own parent–child IPC, for either end of it. */
export function processChannel(peer: MessagePeer): Channel {
  const listeners = new ChannelListeners();
  peer.on("message", (value) => listeners.receive(value));
  peer.on("disconnect", () => listeners.end("the process ended"));
  // The other side may have gone while this one was still starting: then the event has passed already.
  if (peer.connected === false) listeners.end("the process ended");
  return {
    send(value) {
      if (listeners.closed || peer.connected === false) return;
      peer.send?.(value, (error) => {
        if (error) listeners.end(error.message);
      });
    },
    onMessage: (receive) => listeners.onMessage(receive),
    onClose: (closed) => listeners.onClose(closed),
    close() {
      listeners.end("closed");
      if (peer.connected) peer.disconnect?.();
    },
  };
}
