import type { Transport, TransportSendOptions } from "@modelcontextprotocol/sdk/shared/transport.js";
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type MessageExtraInfo,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { borneMessages, heardNotifications, mostForged, requestsAtOnce } from "./limits.ts";
import { RateLimit } from "./rate-limit.ts";
import type { ServerTransport } from "./serve-session.ts";

/**
 * Another transport, with limits on what its server says: floods, answers that nobody asked for, and too many requests
 * at a time. What is over a limit is dropped or refused; what is far over it ends the connection, with the reason.
 */
export class GuardedTransport implements Transport {
  onmessage?: NonNullable<Transport["onmessage"]>;
  onerror?: (error: Error) => void;
  onclose?: () => void;
  readonly #inner: ServerTransport;
  readonly #asked = new Set<RequestId>();
  readonly #underWay = new Set<RequestId>();
  readonly #messages = new RateLimit(borneMessages);
  readonly #notifications = new RateLimit(heardNotifications);
  #forged = 0;
  #fault: string | null = null;
  #protocolVersion: string | null = null;
  #closed = false;

  constructor(inner: ServerTransport) {
    this.#inner = inner;
  }

  /** Why it ended, as far as this side knows. */
  get fault(): string | null {
    return this.#fault ?? this.#inner.fault ?? null;
  }

  /** What was agreed upon; null before that. */
  get protocolVersion(): string | null {
    return this.#protocolVersion;
  }

  // Not a field that is undefined: the SDK looks at it to see whether this is an old session.
  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  setProtocolVersion(version: string): void {
    this.#protocolVersion = version;
    this.#inner.setProtocolVersion?.(version);
  }

  async start(): Promise<void> {
    Object.assign(this.#inner, {
      onmessage: (message: JSONRPCMessage, extra?: MessageExtraInfo) => {
        if (this.#lets(message)) this.onmessage?.(message, extra);
      },
      onerror: (error: Error) => this.onerror?.(error),
      onclose: () => this.#end(),
    } satisfies Partial<Transport>);
    await this.#inner.start();
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (isJSONRPCRequest(message)) this.#asked.add(message.id);
    else if ((isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) && message.id !== undefined) {
      this.#underWay.delete(message.id);
    }
    await this.#inner.send(message, options);
  }

  async close(): Promise<void> {
    await this.#inner.close();
    this.#end();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.onclose?.();
  }

  /** Whether the message is passed on. */
  #lets(message: JSONRPCMessage): boolean {
    if (this.#fault !== null || this.#closed) return false;
    if (!this.#messages.take()) return this.#refuse("It sends more messages than can be borne.");
    if (isJSONRPCNotification(message)) {
      // Rights that people gave are withdrawn by it, so it is always heard.
      return message.method === "notifications/cancelled" || this.#notifications.take();
    }
    if (isJSONRPCRequest(message)) return this.#letsRequest(message.id);
    if (message.id !== undefined && this.#asked.delete(message.id)) return true;
    this.#forged++;
    return this.#forged > mostForged ? this.#refuse("It answers questions that were never asked.") : false;
  }

  #letsRequest(id: RequestId): boolean {
    if (!this.#underWay.has(id) && this.#underWay.size < requestsAtOnce) {
      this.#underWay.add(id);
      return true;
    }
    const error = { code: -32_000, message: "Too many requests at a time, or one with an id that is in use." };
    this.#inner.send({ jsonrpc: "2.0", id, error }).catch(() => {});
    return false;
  }

  #refuse(why: string): false {
    this.#fault = why;
    void this.close().catch(() => {});
    return false;
  }
}
