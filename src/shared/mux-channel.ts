import { type Channel, ChannelListeners } from "./channel.ts";

/** Several channels over one, told apart by a number: what crosses is `{port, value}` or `{port, end}`. */
export interface MuxChannel {
  /** The channel of this number, made when it is not there. Closing it closes it on the other side, too. */
  port(number: number): Channel;
  /** Called with each number that the other side speaks on and this one has not asked for yet, before its value. */
  onPort(opened: (number: number, channel: Channel) => void): () => void;
}

/**
 * Splits a channel. Anything that is not of the form above is dropped. When the channel ends, so does every port.
 */
export function muxChannel(channel: Channel): MuxChannel {
  const ports = new Map<number, { readonly listeners: ChannelListeners; readonly channel: Channel }>();
  const openers = new Set<(number: number, channel: Channel) => void>();
  let endedBy: string | undefined;

  function make(number: number) {
    const listeners = new ChannelListeners();
    const forget = (reason: string) => {
      if (ports.get(number)?.listeners === listeners) ports.delete(number);
      listeners.end(reason);
    };
    const made = {
      listeners,
      channel: {
        send(value: unknown) {
          if (!listeners.closed) channel.send({ port: number, value });
        },
        onMessage: (receive: (value: unknown) => void) => listeners.onMessage(receive),
        onClose: (closed: (reason: string) => void) => listeners.onClose(closed),
        close() {
          if (listeners.closed) return;
          channel.send({ port: number, end: true });
          forget("closed");
        },
      } satisfies Channel,
      forget,
    };
    if (endedBy === undefined) ports.set(number, made);
    else listeners.end(endedBy);
    return made;
  }

  channel.onMessage((message) => {
    if (typeof message !== "object" || message === null) return;
    const { port, value, end } = message as { port?: unknown; value?: unknown; end?: unknown };
    if (!Number.isSafeInteger(port)) return;
    const number = port as number;
    const known = ports.get(number);
    if (end === true) {
      ports.delete(number);
      known?.listeners.end("the other side closed it");
      return;
    }
    if (known !== undefined) return known.listeners.receive(value);
    if (openers.size === 0) return;
    const made = make(number);
    for (const opened of openers) opened(number, made.channel);
    made.listeners.receive(value);
  });
  channel.onClose((reason) => {
    endedBy = reason;
    for (const { listeners } of [...ports.values()]) listeners.end(reason);
    ports.clear();
  });

  return {
    port: (number) => (ports.get(number) ?? make(number)).channel,
    onPort(opened) {
      openers.add(opened);
      return () => openers.delete(opened);
    },
  };
}
