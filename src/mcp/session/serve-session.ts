import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { Channel } from "../../shared/channel.ts";
import { connect, serve, type Server } from "../../shared/contract.ts";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { mcpContract, mcpHostContract } from "../../shared/mcp-contract.ts";
import { ServerSession } from "./server-session.ts";

/**
 * Makes the way to a server; it is not started yet. The signal fires when it is not waited for any more; `log` takes
 * lines for the local log. What it throws as an IndoorsError, also later when it sends, reaches the host as it is.
 */
export type Reach = (signal: AbortSignal, log: (line: string) => void) => ServerTransport | Promise<ServerTransport>;

export interface ServerTransport extends Transport {
  /** Why it closed by itself, in a sentence. Null or absent: nobody knows. */
  readonly fault?: string | null;
}

export interface SessionOptions {
  /** Told of refused messages and of bugs, for the local log. */
  readonly onFault?: (fault: unknown, where: string) => void;
}

export interface ServedSession {
  /** Why it is over, in a sentence. Never rejects. */
  readonly ended: Promise<string>;
  /** Ends the connection to the server; the channel stays open. Resolves when the transport is closed. */
  dispose(): Promise<void>;
}

/**
 * Serves `mcpContract` on the channel, for one server: the protocol is spoken here and nowhere else. It calls
 * `mcpHostContract` back on the same channel. Ends when the server does, or the channel.
 */
export function serveSession(channel: Channel, reach: Reach, options: SessionOptions = {}): ServedSession {
  const host = connect(channel, mcpHostContract, options);
  const ended = Promise.withResolvers<string>();
  let session: ServerSession | undefined;
  let over: string | undefined;
  let disposed: Promise<void> | undefined;

  const opened = () => {
    if (session !== undefined && over === undefined) return session;
    const why = over === undefined ? "it was not opened" : over;
    throw new IndoorsError("server.failed", `The server cannot be used: ${why} Start it again.`, { reason: why });
  };
  const end = (reason: string) => {
    if (over !== undefined) return;
    over = reason.slice(0, 2000);
    server.emit("ended", { reason: over });
    ended.resolve(over);
  };

  const server: Server<typeof mcpContract> = serve(
    channel,
    mcpContract,
    {
      async open(params, signal) {
        if (session !== undefined || over !== undefined) {
          throw new IndoorsError("input.invalid", "The session was opened before. Start another one.");
        }
        let early: string | undefined;
        let isOpen = false;
        session = new ServerSession({
          ...params,
          host,
          emit: (event, payload) => over === undefined && server.emit(event, payload),
          onEnded: (reason) => (isOpen ? end(reason) : (early ??= reason)),
        });
        try {
          const info = await session.open(reach, signal);
          isOpen = true;
          if (early !== undefined) end(early);
          return info;
        } catch (error) {
          // First is told why it was not opened; that it is over comes after it.
          setTimeout(() => end(early ?? messageOf(error)), 0);
          throw error;
        }
      },
      tools: (_, signal) => opened().tools(signal),
      resources: (_, signal) => opened().resources(signal),
      prompts: (_, signal) => opened().prompts(signal),
      call: (params, signal) => opened().call(params, signal),
      readResource: (params, signal) => opened().readResource(params, signal),
      prompt: (params, signal) => opened().prompt(params, signal),
    },
    options,
  );

  const dispose = () => {
    disposed ??= (async () => {
      stop();
      end("It was ended.");
      server.dispose();
      host.dispose();
      await session?.close();
    })();
    return disposed;
  };
  const stop = channel.onClose(() => void dispose());
  return { ended: ended.promise, dispose };
}
