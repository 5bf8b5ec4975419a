import type { TLSSocket } from "node:tls";
import type { Channel } from "../../shared/channel.ts";
import { type MuxChannel, muxChannel } from "../../shared/mux-channel.ts";
import { stdioChannel } from "../../shared/stdio-channel.ts";
import { tunnelLimits } from "./tunnel-contract.ts";

/** The wire between appliance and connector, once both know who the other is: lines of JSON, split into ports. */
export interface TunnelWire {
  readonly mux: MuxChannel;
  /** Whole messages, the ones beside the mux, too. */
  readonly channel: Channel;
  /** Whether a session may still send: false while the other side takes too little. */
  hasRoom(): boolean;
}

/** How long the other side has to take what was sent last. */
const lingerMs = 2000;

/**
 * Reads and writes within `tunnelLimits`, so that neither side can fill the other's memory or take all its time.
 * `onClose` is told of the end before any port is.
 */
export function tunnelWire(socket: TLSSocket, onClose: (reason: string) => void): TunnelWire {
  const channel = stdioChannel(
    socket,
    {
      write(text) {
        if (socket.writableLength > 2 * tunnelLimits.mostUnsent) {
          socket.destroy(new Error("the other side takes too little of what is sent"));
          return false;
        }
        return socket.write(text);
      },
      end: () => socket.end(),
      on: (event, listener) => socket.on(event, listener),
    },
    { maxLine: tunnelLimits.longestLine },
  );
  limitReading(socket, channel);
  channel.onClose((reason) => {
    onClose(reason);
    // A line that is too long ends the channel and nothing else: the socket must not go on filling. When this side has
    // closed it, what was sent last still goes out.
    setImmediate(() => {
      if (!socket.writableEnded) socket.destroy();
    });
    setTimeout(() => socket.destroy(), lingerMs).unref();
  });
  return { mux: muxChannel(channel), channel, hasRoom: () => socket.writableLength <= tunnelLimits.mostUnsent };
}

/** Stops reading for the rest of a second in which too much has come. TCP then makes the other side wait. */
function limitReading(socket: TLSSocket, channel: Channel): void {
  const { bytes, messages } = tunnelLimits.readPerSecond;
  let read = { bytes: 0, messages: 0 };
  let second: NodeJS.Timeout | undefined;
  const count = (change: { readonly bytes: number; readonly messages: number }) => {
    second ??= setTimeout(() => {
      second = undefined;
      read = { bytes: 0, messages: 0 };
      socket.resume();
    }, 1000);
    read = { bytes: read.bytes + change.bytes, messages: read.messages + change.messages };
    if (read.bytes > bytes || read.messages > messages) socket.pause();
  };
  socket.on("data", (text: string) => count({ bytes: text.length, messages: 0 }));
  channel.onMessage(() => count({ bytes: 0, messages: 1 }));
  socket.on("close", () => clearTimeout(second));
}
