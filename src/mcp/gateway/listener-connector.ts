import type { TLSSocket } from "node:tls";
import { connect, serve } from "../../shared/contract.ts";
import { IndoorsError } from "../../shared/errors.ts";
import { showHidden } from "../../shared/show-hidden.ts";
import {
  applianceContract,
  connectorContract,
  tunnelControlPort,
  tunnelLimits,
  tunnelVersion,
} from "./tunnel-contract.ts";
import { startHeartbeat } from "./tunnel-heartbeat.ts";
import { TunnelTransport } from "./tunnel-transport.ts";
import { type TunnelWire, tunnelWire } from "./tunnel-wire.ts";

export interface ConnectorWireOptions {
  readonly name: string;
  readonly certificate: string;
  readonly address: string;
  readonly heartbeatMs: number | undefined;
  /** It speaks our version: from now on it can be used. */
  readonly onHello: () => void;
  readonly onEnd: (reason: string, bytes: { readonly bytesOut: number; readonly bytesIn: number }) => void;
}

/** The appliance's end of the wire to one connector whose certificate was checked. */
export class ConnectorWire {
  readonly name: string;
  readonly certificate: string;
  readonly address: string;
  readonly #socket: TLSSocket;
  readonly #wire: TunnelWire;
  readonly #options: ConnectorWireOptions;
  readonly #sessions = new Map<number, TunnelTransport>();
  readonly #release: () => void;
  #nextPort = tunnelControlPort + 1;
  #ended = false;

  constructor(socket: TLSSocket, options: ConnectorWireOptions) {
    this.name = options.name;
    this.certificate = options.certificate;
    this.address = options.address;
    this.#socket = socket;
    this.#options = options;
    this.#wire = tunnelWire(socket, (reason) => this.end(reason));
    const control = this.#wire.mux.port(tunnelControlPort);
    const client = connect(control, connectorContract);
    let greeted = false;
    const server = serve(control, applianceContract, {
      hello: ({ version }) => {
        if (version !== tunnelVersion) {
          throw new IndoorsError(
            "contract.invalid",
            `The appliance speaks version ${tunnelVersion} of the tunnel. Use the same version of Indoors on both machines.`,
          );
        }
        if (!greeted) {
          greeted = true;
          startHeartbeat(socket, {
            ping: () => client.call("ping", {}),
            onDead: () => this.end("it gave no sign of life"),
            everyMs: options.heartbeatMs,
          });
          options.onHello();
        }
        return { name: options.name };
      },
      ping: () => ({}),
    });
    client.on("sessionEnded", ({ port, reason }) => {
      // Written on another machine, and shown to people here.
      this.#sessions.get(port)?.end(showHidden(reason));
    });
    this.#release = () => {
      client.dispose();
      server.dispose();
    };
  }

  /** @throws IndoorsError `tool.limit` when too many are open */
  openSession(): TunnelTransport {
    if (this.#sessions.size >= tunnelLimits.sessions) {
      throw new IndoorsError("tool.limit", `The connector ${this.name} has ${tunnelLimits.sessions} sessions already.`);
    }
    const number = this.#nextPort++;
    const port = this.#wire.mux.port(number);
    const transport = new TunnelTransport(port, this.#wire.hasRoom);
    this.#sessions.set(number, transport);
    port.onClose(() => this.#sessions.delete(number));
    return transport;
  }

  /** Tells it that it has no right any more, and cuts it off. */
  refuse(): void {
    this.#wire.channel.send({ refused: true });
    this.end("it has no right to dial in any more");
  }

  end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#release();
    for (const session of [...this.#sessions.values()]) session.end(`The connector ${this.name} is gone: ${reason}.`);
    this.#wire.channel.close();
    this.#options.onEnd(reason, { bytesOut: this.#socket.bytesWritten, bytesIn: this.#socket.bytesRead });
  }
}
