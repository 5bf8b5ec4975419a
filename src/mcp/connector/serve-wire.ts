import type { TLSSocket } from "node:tls";
import type { Channel } from "../../shared/channel.ts";
import { connect, serve } from "../../shared/contract.ts";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import {
  applianceContract,
  connectorContract,
  refusedLine,
  tunnelControlPort,
  tunnelLimits,
  tunnelVersion,
} from "../gateway/tunnel-contract.ts";
import { startHeartbeat } from "../gateway/tunnel-heartbeat.ts";
import { tunnelWire } from "../gateway/tunnel-wire.ts";
import type { LocalSession, OpenLocal } from "./local-session.ts";

export interface ServeWireOptions {
  readonly program: string;
  readonly openLocal: OpenLocal;
  /** The appliance has said what it calls this machine. */
  readonly onHello: (name: string) => void;
  readonly say: (sentence: string) => void;
  readonly signal: AbortSignal;
  readonly heartbeatMs?: number | undefined;
}

/**
 * Serves the local server down the wire until it ends, and says why it did. Its sessions have ended by then.
 * @throws IndoorsError `perimeter.refused` when the appliance says that this machine has no right
 */
export async function serveWire(socket: TLSSocket, options: ServeWireOptions): Promise<string> {
  const closed = Promise.withResolvers<string>();
  const wire = tunnelWire(socket, closed.resolve);
  const control = wire.mux.port(tunnelControlPort);
  const client = connect(control, applianceContract);
  const server = serve(control, connectorContract, { ping: () => ({}) });
  const sessions = new Map<number, LocalSession>();
  const ending = new Set<Promise<void>>();
  let refused = false;
  let newest = 0;

  const end = (reason: string) => {
    closed.resolve(reason);
    wire.channel.close();
  };
  wire.channel.onMessage((value) => {
    if (!refusedLine.safeParse(value).success) return;
    refused = true;
    end("refused");
  });
  const onAbort = () => end("stopped");
  options.signal.addEventListener("abort", onAbort, { once: true });
  if (options.signal.aborted) onAbort();

  wire.mux.onPort((number, port) => {
    // A port that was used is over: what still comes for it began before the appliance knew.
    if (number <= newest) return;
    newest = number;
    if (sessions.size >= tunnelLimits.sessions) {
      server.emit("sessionEnded", { port: number, reason: "The connector has too many sessions." });
      return port.close();
    }
    openSession(number, port);
  });

  function openSession(number: number, port: Channel): void {
    const stop = (reason: string | null) => {
      if (!sessions.delete(number)) return;
      if (reason !== null) {
        options.say(`A session ended. ${reason}`);
        server.emit("sessionEnded", { port: number, reason: reason.slice(0, 500) });
      }
      port.close();
      const over = local.dispose().finally(() => ending.delete(over));
      ending.add(over);
    };
    const local = options.openLocal({
      message(value) {
        if (!wire.hasRoom()) stop("The server sends more than the tunnel carries.");
        else port.send(value);
      },
      ended: stop,
    });
    sessions.set(number, local);
    port.onMessage((value) => local.send(value));
    port.onClose(() => stop(null));
  }

  async function greet(): Promise<void> {
    const { name } = await client.call("hello", { version: tunnelVersion, program: options.program });
    startHeartbeat(socket, {
      ping: () => client.call("ping", {}),
      onDead: () => end("the appliance gave no sign of life"),
      everyMs: options.heartbeatMs,
    });
    options.onHello(name);
  }
  greet().catch((thrown: unknown) => end(messageOf(thrown)));

  const reason = await closed.promise;
  options.signal.removeEventListener("abort", onAbort);
  client.dispose();
  server.dispose();
  socket.destroySoon();
  await Promise.all([...[...sessions.values()].map((session) => session.dispose()), ...ending]);
  if (refused) {
    throw new IndoorsError(
      "perimeter.refused",
      "The appliance refuses this machine: it was revoked, or never enrolled there. Ask for a new code and enrol it anew.",
      { reason: "revoked" },
    );
  }
  return reason;
}
