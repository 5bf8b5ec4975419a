import { StreamableHTTPClientTransport, StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { isJSONRPCRequest, type JSONRPCMessage, type RequestId } from "@modelcontextprotocol/sdk/types.js";
import { setTimeout as sleep } from "node:timers/promises";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import type { Crossing } from "./listener.ts";
import { type Asked, type Exchanged, pinnedFetch } from "./pinned-fetch.ts";
import { redactor } from "./redact.ts";
import type { Target } from "./target.ts";
import type { Account } from "./usage.ts";

export interface HttpTransportOptions {
  readonly target: Target;
  readonly account: Account;
  /** Read for each request, so that a new one holds at once. */
  readonly credential: () => Promise<string | null>;
  readonly onCrossed: (crossing: Crossing) => void;
  /** Cuts every connection, without a word to the server. */
  readonly signal: AbortSignal;
}

/** What needs no answer of the server's may take no longer. */
const tellMs = 30_000;
/** How long a stream may stay open when the answer that it was for has come. */
const restMs = 1000;
/** How long a server has to hear that its session is over. */
const goodbyeMs = 1000;

/** A request that has gone out, until its HTTP exchange is over. */
interface Request {
  readonly cut: AbortController;
  readonly over: PromiseWithResolvers<void>;
  answered: boolean;
}

/** One MCP session with a target over HTTP: the SDK's transport over connections of ours, and its answers without secrets. */
export class HttpTransport implements Transport {
  onmessage?: NonNullable<Transport["onmessage"]>;
  onerror?: (error: Error) => void;
  onclose?: () => void;
  readonly #options: HttpTransportOptions;
  readonly #inner: StreamableHTTPClientTransport;
  readonly #underWay = new Map<RequestId, Request>();
  readonly #secrets = new Set<string>();
  #redact = redactor([]);
  /** What crossed that belongs to no call. */
  #rest = { bytesOut: 0, bytesIn: 0 };
  #connected = false;
  #closed = false;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    const { target, account } = options;
    this.#inner = new StreamableHTTPClientTransport(
      new URL(`${target.secure ? "https" : "http"}://${target.authority}${target.path}`),
      {
        fetch: pinnedFetch({
          target,
          account,
          credential: () => this.#credential(),
          begin: (asked) => this.#begin(asked),
        }),
      },
    );
  }

  /** Why it was cut, in a sentence; null: it was not. */
  get fault(): string | null {
    const { signal } = this.#options;
    return signal.aborted ? messageOf(signal.reason) : null;
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion(version);
  }

  async start(): Promise<void> {
    const { signal } = this.#options;
    Object.assign(this.#inner, {
      onmessage: (message: JSONRPCMessage) => this.#receive(message),
      onerror: (error: Error) => this.onerror?.(this.#inWords(error)),
      onclose: () => this.#end(),
    });
    await this.#inner.start();
    const onAbort = () => void this.#inner.close();
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  }

  /** For a request it resolves when the whole answer has come, and rejects when it does not. */
  async send(message: JSONRPCMessage): Promise<void> {
    if (this.#closed) throw new IndoorsError("channel.closed");
    if ("method" in message && message.method === "notifications/cancelled") {
      const id = message.params?.["requestId"] as RequestId | undefined;
      if (id !== undefined) this.#underWay.get(id)?.cut.abort(new IndoorsError("cancelled"));
    }
    const request = isJSONRPCRequest(message) ? message : null;
    const asked: Request = { cut: new AbortController(), over: Promise.withResolvers(), answered: false };
    asked.over.promise.catch(() => {});
    if (request !== null) this.#underWay.set(request.id, asked);
    try {
      await this.#inner.send(message);
    } catch (fault) {
      if (request !== null) this.#underWay.delete(request.id);
      throw this.#inWords(fault);
    }
    // The SDK would leave a request waiting whose stream broke off.
    if (request !== null) await asked.over.promise;
  }

  /** Says goodbye to the server, for a second at most. */
  async close(): Promise<void> {
    if (!this.#closed && !this.#options.signal.aborted && this.#inner.sessionId !== undefined) {
      const late = sleep(goodbyeMs, undefined, { ref: false, signal: this.#options.signal });
      await Promise.race([this.#inner.terminateSession(), late]).catch(() => {});
    }
    await this.#inner.close();
  }

  #receive(message: JSONRPCMessage): void {
    const request = "id" in message && !("method" in message) ? this.#underWay.get(message.id as RequestId) : undefined;
    if (request !== undefined) {
      request.answered = true;
      setTimeout(() => request.cut.abort(new IndoorsError("cancelled")), restMs).unref();
    }
    this.onmessage?.(this.#redact(message));
  }

  async #credential(): Promise<string | null> {
    const { target, credential } = this.#options;
    if (target.credentialHeader === null) return null;
    const secret = await credential();
    if (secret === null) {
      throw new IndoorsError(
        "perimeter.refused",
        `${target.name} was not connected to: its credential is not here. Set it again.`,
        { reason: "credential" },
      );
    }
    if (!this.#secrets.has(secret)) {
      this.#secrets.add(secret);
      this.#redact = redactor([...this.#secrets]);
    }
    return secret;
  }

  #begin(asked: Asked): { readonly signal: AbortSignal; end(exchanged: Exchanged): void } {
    const known = asked.id === null ? undefined : this.#underWay.get(asked.id);
    const cut = known?.cut ?? new AbortController();
    // A request waits as long as its session does; the stream, for ever.
    const bounded = known === undefined && asked.what !== "GET";
    const late = bounded
      ? setTimeout(() => cut.abort(new IndoorsError("timeout", undefined, { limitMs: tellMs })), tellMs)
      : undefined;
    return {
      signal: cut.signal,
      end: (exchanged) => {
        clearTimeout(late);
        if (asked.id !== null) this.#underWay.delete(asked.id);
        // What happens to the stream after its answer is nobody's failure.
        const fault = known?.answered === true && isCancelled(exchanged.fault) ? null : exchanged.fault;
        this.#tell(asked, { ...exchanged, fault });
        if (fault === null) known?.over.resolve();
        else known?.over.reject(fault as Error);
      },
    };
  }

  #tell(asked: Asked, { bytesOut, bytesIn, status, fault }: Exchanged): void {
    const code = fault === null ? null : fault instanceof IndoorsError ? fault.code : "internal";
    if (status !== null && !this.#connected) {
      this.#connected = true;
      this.#cross({ what: "connect", ok: true });
    }
    const refused = code === "perimeter.refused" || code === "tool.limit";
    if (asked.id === null && !refused) {
      this.#rest = { bytesOut: this.#rest.bytesOut + bytesOut, bytesIn: this.#rest.bytesIn + bytesIn };
      return;
    }
    const reason = ((fault as IndoorsError | null)?.data as { reason?: unknown; limit?: unknown } | undefined) ?? {};
    const detail = [
      asked.what,
      status === null ? "" : `HTTP ${status}`,
      code ?? "",
      String(reason.reason ?? reason.limit ?? ""),
    ];
    this.#cross({
      what: refused ? "refused" : "call",
      ok: code === null && status !== null && status < 400,
      bytesOut,
      bytesIn,
      detail: detail
        .filter((part) => part !== "")
        .join(", ")
        .slice(0, 500),
    });
  }

  #cross(crossing: Partial<Crossing> & Pick<Crossing, "what" | "ok">): void {
    const { name, address, port, certificate } = this.#options.target;
    this.#options.onCrossed({
      ...{ server: name, address, port, certificate: certificate ?? "" },
      ...{ bytesOut: 0, bytesIn: 0, detail: "" },
      ...crossing,
    });
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#connected) this.#cross({ what: "disconnect", ok: true, ...this.#rest });
    this.onclose?.();
  }

  /** A failure in our words. Those of parsers quote what they were given, and that may be a part of the credential. */
  #inWords(fault: unknown): IndoorsError {
    if (fault instanceof IndoorsError) return fault;
    const { name } = this.#options.target;
    const code = fault instanceof StreamableHTTPError ? fault.code : undefined;
    if (code === 401 || code === 403) {
      const words = `${name} did not accept its credential (HTTP ${code}). Set the right one.`;
      return new IndoorsError("perimeter.refused", words, { reason: "credential" });
    }
    if (code !== undefined && code > 0) {
      return new IndoorsError(
        "server.failed",
        `${name} answered HTTP ${code}. Look at its log, and start it again here.`,
      );
    }
    return new IndoorsError("server.failed", `${name} answered with something that is no message of the protocol.`);
  }
}

function isCancelled(fault: unknown): boolean {
  return fault instanceof IndoorsError && fault.code === "cancelled";
}
