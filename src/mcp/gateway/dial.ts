import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { judgeAddress, sameAddress } from "./address.ts";
import { fingerprintOf } from "./certificate.ts";
import type { Target } from "./target.ts";

/** How long a connection may take with its handshake. It goes over a cable in the same building. */
export const dialLimitMs = 10_000;

type Place = Pick<Target, "host" | "address" | "port" | "secure">;

/**
 * Connects to the one address of a target. The connection that is returned is at that address and has shown the pinned
 * certificate; no byte of a request was written before. No name is looked up and no proxy is asked.
 * @throws perimeter.refused when address or certificate are others, perimeter.unreachable, timeout, cancelled
 */
export async function dial(target: Target, signal: AbortSignal): Promise<Socket> {
  const socket = await reach(target, signal);
  const shown = target.secure ? shownFingerprint(socket as TLSSocket) : null;
  if (shown !== target.certificate) {
    socket.destroy();
    throw new IndoorsError(
      "perimeter.refused",
      `${target.name} was not connected to. The server at ${target.address}:${target.port} shows the certificate ` +
        `${shown?.slice(0, 16)}…, not the one that was listed, ${target.certificate?.slice(0, 16)}…. It was renewed, or ` +
        "something stands in between. If it was renewed, remove the server from the perimeter and add it again.",
      { reason: "certificate" },
    );
  }
  return socket;
}

/** Connects and shakes hands; whose certificate it is the caller must check. */
export async function reach(place: Place, signal: AbortSignal): Promise<Socket> {
  const { address, port, host, secure } = place;
  const where = `${address}:${port}`;
  const judged = judgeAddress(address);
  if (!judged.allowed) {
    const reason = `${address} is not allowed: ${judged.reason}`;
    throw new IndoorsError("perimeter.refused", `Nothing was connected to. The address ${reason}.`, { reason });
  }
  const to = { host: address, port, family: isIP(address), autoSelectFamily: false, lookup: noLookup };
  const socket = secure
    ? connectTls({
        ...to,
        // Chains and names say nothing here: the certificate itself is pinned, by whoever uses this connection.
        rejectUnauthorized: false,
        minVersion: "TLSv1.2",
        ALPNProtocols: ["http/1.1"],
        // An address is no server name (RFC 6066).
        ...(isIP(host) === 0 ? { servername: host } : {}),
      })
    : connectTcp(to);
  socket.setNoDelay(true);
  try {
    await opened(socket, secure ? "secureConnect" : "connect", where, signal);
  } catch (fault) {
    socket.destroy();
    throw fault;
  }
  const remote = socket.remoteAddress ?? "nowhere";
  if (!sameAddress(remote, address)) {
    socket.destroy();
    const reason = `the connection to ${address} leads to ${remote}`;
    throw new IndoorsError("perimeter.refused", `It was cut: ${reason}.`, { reason });
  }
  return socket;
}

/** Of the certificate that the other side has shown and has the key of; null when it has shown none. */
function shownFingerprint(socket: TLSSocket): string | null {
  const certificate = socket.getPeerX509Certificate();
  return certificate === undefined ? null : fingerprintOf(certificate.raw);
}

function opened(socket: Socket, event: "connect" | "secureConnect", where: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const unreachable = (why: string) =>
      reject(
        new IndoorsError(
          "perimeter.unreachable",
          `${where} cannot be reached: ${why}. Is the server running, and does its machine let this one in?`,
        ),
      );
    const late = setTimeout(
      () => reject(new IndoorsError("timeout", `${where} did not answer in time.`, { limitMs: dialLimitMs })),
      dialLimitMs,
    );
    const onAbort = () => reject(new IndoorsError("cancelled"));
    const done = () => {
      clearTimeout(late);
      signal.removeEventListener("abort", onAbort);
    };
    socket.once(event, () => (done(), resolve()));
    // An error that comes after the promise is settled must not end the process.
    socket.on("error", (error) => (done(), unreachable(messageOf(error).slice(0, 200))));
    socket.once("close", () => (done(), unreachable("the connection was closed")));
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

function noLookup(host: string): never {
  throw new Error(`no name is looked up here: ${host}`);
}
