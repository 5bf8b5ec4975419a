import type { McpSession, OpenParams, SessionCallbacks } from "./connect-session.ts";

export type SessionOptions = OpenParams & SessionCallbacks & { readonly signal: AbortSignal };

/**
 * Opens a session with a server that is not on this machine, by its name: through the gateway, to a listed address or to
 * a connector.
 * @throws IndoorsError `perimeter.refused`, `perimeter.unreachable`, `server.failed`, `timeout`, `cancelled`
 */
export type OpenRemote = (name: string, options: SessionOptions) => Promise<McpSession>;
