import type { Channel } from "../../shared/channel.ts";
import { connect, type Client, type Implementation, type Payload, type Result, serve } from "../../shared/contract.ts";
import { IndoorsError } from "../../shared/errors.ts";
import { mcpContract, mcpHostContract, type ServerResult } from "../../shared/mcp-contract.ts";
import { checkReviewable } from "../../mcp/session/described.ts";
import { heardRequests, listMs, mostStretch, openMs, requestsAtOnce } from "../../mcp/session/limits.ts";
import { Patience, type WaitLimits } from "../../mcp/session/patience.ts";
import { RateLimit } from "../../mcp/session/rate-limit.ts";
import { isSmallData } from "../../mcp/session/server-result.ts";

type Contract = typeof mcpContract;

/** What a session tells without being asked. */
export type SessionEvent = {
  [E in "progress" | "changed" | "log"]: { readonly event: E; readonly payload: Payload<Contract, E> };
}["progress" | "changed" | "log"];

export interface SessionCallbacks {
  /** What the server may ask of people and the model. At most 8 at a time come through, and no flood. */
  readonly host: Implementation<typeof mcpHostContract>;
  readonly onEvent: (event: SessionEvent) => void;
  /** Refused messages and bugs, for the local log. */
  readonly onFault: (fault: unknown, where: string) => void;
}

export interface OpenParams {
  readonly clientVersion: string;
  /** Whether the server is told that it may ask for forms, and for text of the model. */
  readonly elicitation: boolean;
  readonly sampling: boolean;
}

/** One server that is running, wherever it is. */
export interface McpSession {
  readonly info: Result<Contract, "open">;
  /** All but `open`. What is late is given up and ends the session. `server.failed` {reason} once it is over. */
  readonly client: Pick<Client<Contract>, "call">;
  /** Why it is over, in a sentence of untrusted words. Never rejects. */
  readonly ended: Promise<string>;
  /** Ends it. Resolves when nothing of it is left. */
  dispose(): Promise<void>;
}

/** How much later than the session itself the host gives up: by then the session is out of order, too. */
const graceMs = 5000;
/** More than this a session that is in order never tells. */
const borneEvents = { burst: 5000, perSecond: 500 };

/**
 * Opens the session at the other end of a channel and believes nothing of it: every answer is checked, everything has a
 * deadline of the host's own, and there are not too many events and questions. Disposing closes the channel.
 * @throws IndoorsError `server.failed`, `timeout`, `cancelled`, or what whoever reaches the server throws.
 */
export async function connectSession(
  channel: Channel,
  open: OpenParams,
  callbacks: SessionCallbacks,
  signal: AbortSignal,
): Promise<McpSession> {
  const { host, onEvent, onFault } = callbacks;
  const patience = new Patience();
  const ended = Promise.withResolvers<string>();
  const heard = new Map<string, () => void>();
  const events = new RateLimit(borneEvents);
  const requests = new RateLimit(heardRequests);
  let over: string | undefined;
  let asking = 0;

  const end = (reason: string) => {
    if (over !== undefined) return;
    over = reason;
    ended.resolve(reason);
    client.dispose();
    server.dispose();
    channel.close();
  };

  const asked = async <T>(work: () => Promise<T> | T): Promise<T> => {
    if (asking >= requestsAtOnce || !requests.take()) {
      throw new IndoorsError("tool.limit", "The server asks too much. It may ask again in a while.");
    }
    asking++;
    try {
      return await patience.paused(async () => work());
    } finally {
      asking--;
    }
  };
  const server = serve(
    channel,
    mcpHostContract,
    {
      elicit: (params, stop) => asked(() => host.elicit(params, stop)),
      sample: (params, stop) => asked(() => host.sample(params, stop)),
    },
    { onFault },
  );

  const client = connect(channel, mcpContract, { onFault });
  const tell = (event: SessionEvent) => {
    if (over !== undefined) return;
    if (events.take()) onEvent(event);
    else end("It tells more than can be borne.");
  };
  client.on("progress", (payload) => {
    heard.get(payload.callId)?.();
    tell({ event: "progress", payload });
  });
  client.on("changed", (payload) => tell({ event: "changed", payload }));
  client.on("log", (payload) => tell({ event: "log", payload }));
  client.on("ended", ({ reason }) => end(reason));
  channel.onClose((reason) => end(`Its session ended: ${reason}.`));

  const call: Client<Contract>["call"] = async (method, params, { signal: stop } = {}) => {
    const failed = () =>
      new IndoorsError("server.failed", `The server cannot be used: ${over} Start it again.`, { reason: over });
    if (over !== undefined) throw failed();
    const wait = patience.start(limitsOf(method, params));
    wait.signal.addEventListener("abort", () => end("It does not answer."), { once: true });
    const callId = method === "call" ? (params as { callId: string }).callId : undefined;
    if (callId !== undefined) heard.set(callId, () => wait.heard());
    try {
      const result = await client.call(method, params, { signal: stop });
      checkResult(method, result);
      return result;
    } catch (error) {
      if (error instanceof IndoorsError && error.code === "channel.closed" && over !== undefined) throw failed();
      throw error;
    } finally {
      wait.end();
      if (callId !== undefined) heard.delete(callId);
    }
  };

  try {
    const { clientVersion, elicitation, sampling } = open;
    const info = await call("open", { clientVersion, elicitation, sampling }, { signal });
    return {
      info,
      client: { call },
      ended: ended.promise,
      async dispose() {
        end("It was ended.");
      },
    };
  } catch (error) {
    end("It was not opened.");
    throw error;
  }
}

function limitsOf(method: keyof Contract["methods"], params: unknown): WaitLimits {
  const { timeoutMs = listMs } = params as { readonly timeoutMs?: number };
  const silenceMs = (method === "open" ? openMs : timeoutMs) + graceMs;
  return { silenceMs, totalMs: method === "call" ? timeoutMs * mostStretch + graceMs : silenceMs };
}

/** What the shapes of the contract cannot say. */
function checkResult(method: keyof Contract["methods"], result: unknown): void {
  if (method === "tools") checkReviewable((result as Result<Contract, "tools">).tools);
  if ((method === "call" || method === "readResource") && !isSmallData((result as ServerResult).data)) {
    throw new IndoorsError("contract.invalid", `The answer of '${method}' has too much data.`);
  }
}
