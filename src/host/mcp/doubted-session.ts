import type { Client } from "../../shared/contract.ts";
import { type ErrorCode, IndoorsError } from "../../shared/errors.ts";
import type { mcpContract } from "../../shared/mcp-contract.ts";
import type { McpSession } from "./connect-session.ts";
import type { SealedSession } from "./sealed-session.ts";

/** A session as the house works with it. */
export interface ServerSession extends Omit<McpSession, "dispose"> {
  /** Its process, when it is on this machine. */
  readonly sealed: SealedSession | null;
  dispose(): Promise<void>;
}

/** What a server may have failed of. Anything else it says is a failure of its own: the house refuses, it does not. */
const believed: readonly ErrorCode[] = [
  ...(["timeout", "tool.failed", "tool.limit", "input.invalid", "server.failed"] as const),
  ...(["perimeter.refused", "perimeter.unreachable"] as const),
];

/** The session with failures that say no more than a server can know. */
export function doubted(name: string, session: McpSession | SealedSession): ServerSession {
  const call: Client<typeof mcpContract>["call"] = async (method, params, options) => {
    try {
      return await session.client.call(method, params, options);
    } catch (thrown) {
      if (options?.signal?.aborted) throw new IndoorsError("cancelled");
      if (!(thrown instanceof IndoorsError) || believed.includes(thrown.code)) throw thrown;
      throw new IndoorsError("server.failed", `The server ${name} failed: ${thrown.message}`);
    }
  };
  return {
    info: session.info,
    client: { call },
    ended: session.ended,
    sealed: "sealed" in session ? session : null,
    dispose: () => session.dispose(),
  };
}
