import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import type { Channel } from "../../shared/channel.ts";
import { IndoorsError } from "../../shared/errors.ts";

/** One MCP session over one port of the wire, as the SDK wants it. The same on both sides. */
export class TunnelTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: Transport["onmessage"];
  readonly #channel: Channel;
  readonly #hasRoom: () => boolean;
  #ended = false;

  /** `hasRoom`: whether the wire takes more; the session ends when it sends while it does not. */
  constructor(channel: Channel, hasRoom: () => boolean) {
    this.#channel = channel;
    this.#hasRoom = hasRoom;
    channel.onMessage((value) => {
      const parsed = JSONRPCMessageSchema.safeParse(value);
      if (parsed.success) this.onmessage?.(parsed.data);
      else this.onerror?.(new Error("a message that is no JSON-RPC came down the wire"));
    });
  }

  // oxlint-disable-next-line typescript/require-await -- The SDK's interface wants a promise.
  async start(): Promise<void> {
    // Not in the constructor: who starts it has set `onclose` by then, also when the wire is gone already.
    this.#channel.onClose((reason) => this.end(reason));
  }

  // oxlint-disable-next-line typescript/require-await -- A failure must be a rejection.
  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#ended) throw new IndoorsError("perimeter.unreachable", "The connector's session has ended.");
    if (!this.#hasRoom()) {
      const reason = "The other side of the tunnel takes too little of what is sent.";
      this.end(reason);
      throw new IndoorsError("perimeter.unreachable", reason);
    }
    this.#channel.send(message);
  }

  // oxlint-disable-next-line typescript/require-await -- The SDK's interface wants a promise.
  async close(): Promise<void> {
    this.end(null);
  }

  /** Ends it for a reason that people are told; null: it was wanted. */
  end(reason: string | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#channel.close();
    if (reason !== null) this.onerror?.(new Error(reason));
    this.onclose?.();
  }
}
