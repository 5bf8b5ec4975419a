import { type Channel, ChannelListeners } from "./channel.ts";

/**
 * Two channels joined in memory. Values are copied, as between processes, and arrive in a later microtask, so that
 * what works over this pair works over a pipe.
 */
export function memoryChannelPair(): [Channel, Channel] {
  const left = new ChannelListeners();
  const right = new ChannelListeners();
  const end = (reason: string) => {
    left.end(reason);
    right.end(reason);
  };
  const half = (mine: ChannelListeners, other: ChannelListeners): Channel => ({
    send(value) {
      const text = JSON.stringify(value);
      queueMicrotask(() => other.receive(JSON.parse(text)));
    },
    onMessage: (receive) => mine.onMessage(receive),
    onClose: (closed) => mine.onClose(closed),
    close: () => queueMicrotask(() => end("closed")),
  });
  return [half(left, right), half(right, left)];
}
