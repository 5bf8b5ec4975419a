import type { RequestId } from "@modelcontextprotocol/sdk/types.js";
import { setTimeout as sleep } from "node:timers/promises";
import { IndoorsError } from "../../shared/errors.ts";
import { exchange } from "./exchange.ts";
import type { Target } from "./target.ts";
import { type Account, overBudget } from "./usage.ts";

/** What one HTTP exchange is about. */
export interface Asked {
  /** Of a request that waits for an answer; null: a notification, an answer, the stream, or the end of a session. */
  readonly id: RequestId | null;
  /** `tools/call`, or the HTTP method where it is no request. */
  readonly what: string;
}

export interface Exchanged {
  readonly bytesOut: number;
  readonly bytesIn: number;
  /** Null: there was no answer. */
  readonly status: number | null;
  /** Null: the answer came to its end. */
  readonly fault: unknown;
}

export interface PinnedFetchOptions {
  readonly target: Target;
  readonly account: Account;
  readonly credential: () => Promise<string | null>;
  /** Called as an exchange begins. Its signal cuts it; `end` is called once, when it is over. */
  readonly begin: (asked: Asked) => { readonly signal: AbortSignal; end(exchanged: Exchanged): void };
}

/** What the SDK's transport may say in a request's head. */
const sentHeaders = ["accept", "content-type", "mcp-session-id", "mcp-protocol-version", "last-event-id"];
/** The stream that a server may close as often as it likes is opened no oftener. */
const streamGapMs = 1000;

/**
 * A `fetch` for the SDK's HTTP transport that reaches one target and nothing else, within its budget. It knows no
 * proxies, no cookies, no cache and no redirects.
 */
export function pinnedFetch({ target, account, credential, begin }: PinnedFetchOptions) {
  const listed = new URL(`${target.secure ? "https" : "http"}://${target.authority}${target.path}`).href;
  let streamAt = -streamGapMs;

  async function gap(signal: AbortSignal): Promise<void> {
    const waitMs = streamAt + streamGapMs - performance.now();
    streamAt = performance.now() + Math.max(0, waitMs);
    if (waitMs > 0) await sleep(waitMs, undefined, { signal });
  }

  return async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const method = init.method ?? "GET";
    const body = typeof init.body === "string" ? init.body : null;
    const asked = askedBy(method, body);
    const { signal, end } = begin(asked);
    const either = init.signal == null ? signal : AbortSignal.any([signal, init.signal]);
    let [bytesOut, bytesIn, ended] = [0, 0, false];
    const over = (status: number | null, fault: unknown) => {
      if (ended) return;
      ended = true;
      end({ bytesOut, bytesIn, status, fault });
    };
    const spend = (bytes: number) => {
      account.bytes(bytes);
      const { bytesPerCall } = account.budget;
      if (bytesOut + bytesIn > bytesPerCall) throw overBudget(target.name, `${bytesPerCall} bytes a call`);
    };
    const meter = {
      out(bytes: number) {
        bytesOut += bytes;
        spend(bytes);
      },
      in(bytes: number) {
        bytesIn += bytes;
        spend(bytes);
      },
      end: over,
    };
    try {
      if (new URL(url).href !== listed) {
        throw new IndoorsError("perimeter.refused", `Only ${listed} is listed as ${target.name}.`, { reason: "url" });
      }
      if (asked.id !== null) account.call();
      if (method === "GET") await gap(either);
      const headers = Object.fromEntries([...new Headers(init.headers)].filter(([name]) => sentHeaders.includes(name)));
      const request = { method, headers, body, credential: await credential() };
      return await exchange(target, request, meter, either);
    } catch (fault) {
      over(null, fault);
      throw fault;
    }
  };
}

function askedBy(method: string, body: string | null): Asked {
  const message: unknown = body === null ? null : JSON.parse(body);
  if (typeof message !== "object" || message === null || !("method" in message)) return { id: null, what: method };
  const id = "id" in message ? (message.id as RequestId) : null;
  return { id, what: String(message.method) };
}
