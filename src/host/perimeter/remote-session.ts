import { connectSession, type McpSession, type OpenParams, type SessionCallbacks } from "../mcp/connect-session.ts";
import type { Perimeter } from "./perimeter.ts";

/** A gateway that has just started gives connectors so long to dial in again; they come with pauses of up to a minute. */
const dialInMs = 20_000;

/**
 * Reaches a server behind the gateway: at a listed address, or on a machine that dials in. The gateway speaks the
 * protocol; what comes from it is believed as little as a server on this machine.
 * @throws IndoorsError `not-found` when it is not listed, `perimeter.refused`, `perimeter.unreachable`, `server.failed`,
 * `timeout`, `cancelled`
 */
export async function openRemoteSession(
  perimeter: Perimeter,
  name: string,
  { signal, ...options }: OpenParams & SessionCallbacks & { readonly signal: AbortSignal },
): Promise<McpSession> {
  // Who took it out of the file by hand has closed it.
  await perimeter.refresh();
  const { list } = await perimeter.now();
  if (list.connectors.some((one) => one.name === name && one.revokedAt === null)) {
    // Starts it when it is not there: there is nothing to wait for otherwise.
    await perimeter.gateway.call("identity", {}, signal);
    await perimeter.untilConnected(name, dialInMs - (perimeter.gateway.age ?? 0), signal);
  }
  return await connectSession(await perimeter.gateway.session(name, signal), options, options, signal);
}
