import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { messageOf } from "../../shared/errors.ts";
import type { Crossing } from "./listener.ts";
import type { Account } from "./usage.ts";

export interface TunnelSessionOptions {
  readonly name: string;
  /** Where it has dialled in from, and the certificate that it showed. */
  readonly address: string;
  readonly certificate: string;
  readonly inner: Transport;
  readonly account: Account;
  readonly onCrossed: (crossing: Crossing) => void;
}

/** One MCP session with a connector's server, counted and told of as one over HTTP is. */
export class TunnelSession implements Transport {
  onmessage?: NonNullable<Transport["onmessage"]>;
  onerror?: (error: Error) => void;
  onclose?: () => void;
  readonly #options: TunnelSessionOptions;
  readonly #underWay = new Map<RequestId, { readonly what: string; readonly bytesOut: number }>();

  constructor(options: TunnelSessionOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { inner } = this.#options;
    Object.assign(inner, {
      onmessage: (message: JSONRPCMessage) => this.#receive(message),
      onerror: (error: Error) => this.onerror?.(error),
      onclose: () => {
        for (const id of this.#underWay.keys()) this.#answered(id, 0, "no answer");
        this.onclose?.();
      },
    });
    await inner.start();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const { account, inner } = this.#options;
    const bytes = sizeOf(message);
    try {
      if (isJSONRPCRequest(message)) account.call();
      account.bytes(bytes);
    } catch (fault) {
      this.#cross({ what: "refused", ok: false, detail: messageOf(fault).slice(0, 500) });
      throw fault;
    }
    if (isJSONRPCRequest(message)) this.#underWay.set(message.id, { what: message.method, bytesOut: bytes });
    await inner.send(message);
  }

  async close(): Promise<void> {
    await this.#options.inner.close();
  }

  #receive(message: JSONRPCMessage): void {
    const bytes = sizeOf(message);
    const answer = !isJSONRPCRequest(message) && !isJSONRPCNotification(message) && message.id !== undefined;
    if (answer) this.#answered(message.id as RequestId, bytes, "error" in message ? "answered with an error" : null);
    try {
      this.#options.account.bytes(bytes);
    } catch (fault) {
      this.#cross({ what: "refused", ok: false, bytesIn: bytes, detail: messageOf(fault).slice(0, 500) });
      this.onerror?.(fault as Error);
      void this.close();
      return;
    }
    this.onmessage?.(message);
  }

  #answered(id: RequestId, bytesIn: number, fault: string | null): void {
    const asked = this.#underWay.get(id);
    if (asked === undefined) return;
    this.#underWay.delete(id);
    const { what, bytesOut } = asked;
    this.#cross({
      what: "call",
      ok: fault === null,
      bytesOut,
      bytesIn,
      detail: fault === null ? what : `${what}, ${fault}`,
    });
  }

  #cross(crossing: Partial<Crossing> & Pick<Crossing, "what" | "ok">): void {
    const { name, address, certificate, onCrossed } = this.#options;
    const nothing = { port: 0, bytesOut: 0, bytesIn: 0, detail: "" };
    onCrossed({ server: name, address, certificate, ...nothing, ...crossing });
  }
}

function sizeOf(message: JSONRPCMessage): number {
  return Buffer.byteLength(JSON.stringify(message));
}
