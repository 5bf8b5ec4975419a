import type { MessagePortMain } from "electron";
import { type Channel, ChannelListeners } from "../shared/channel.ts";
import type { WireError } from "../shared/errors.ts";

/** How messages cross a port. */
export interface Form {
  /** Undefined for what is none. */
  read(data: unknown): unknown;
  write(value: unknown): unknown;
}

/** As they are. */
export const plainForm: Form = { read: (value) => value, write: (value) => value };

/** A page's message port as a channel. What has a fault is answered with it, if it is a call, and dropped. */
export function portChannel(
  port: MessagePortMain,
  form: Form = plainForm,
  faultOf: (value: unknown) => WireError | null = () => null,
): Channel {
  const listeners = new ChannelListeners();
  port.on("message", ({ data }) => {
    const value = form.read(data);
    const error = faultOf(value);
    if (error === null) return listeners.receive(value);
    const id = (value as { id?: unknown } | null | undefined)?.id;
    if (typeof id === "number") port.postMessage(form.write({ id, ok: false, error }));
  });
  port.on("close", () => listeners.end("the page is gone"));
  port.start();
  return {
    send(value) {
      if (!listeners.closed) port.postMessage(form.write(value));
    },
    onMessage: (receive) => listeners.onMessage(receive),
    onClose: (closed) => listeners.onClose(closed),
    close() {
      if (listeners.closed) return;
      listeners.end("closed");
      port.close();
    },
  };
}
