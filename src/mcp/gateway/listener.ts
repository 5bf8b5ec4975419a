import { createServer as createTcpServer, type Server as TcpServer, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from "node:tls";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import type { ConnectorEntry } from "../../shared/perimeter.ts";
import { fingerprintOf } from "./certificate.ts";
import { EnrolmentDesk } from "./enrolment-desk.ts";
import { ConnectorWire } from "./listener-connector.ts";
import { gateLimits, ListenerGate } from "./listener-gate.ts";
import type { Crossing, Listener, ListenerLimits, ListenerOptions } from "./listener-options.ts";
import { readFirstLine } from "./tunnel-first-line.ts";
import { enrolRequest } from "./tunnel-contract.ts";
import type { TunnelTransport } from "./tunnel-transport.ts";

export type { ConnectorState, Crossing, Listener, ListenerLimits, ListenerOptions } from "./listener-options.ts";

const defaultLimits: ListenerLimits = {
  ...gateLimits,
  identifyMs: 8000,
  refusalDelayMs: 1000,
  heartbeatMs: undefined,
};

/** The bytes that a machine without the right may send after the handshake; OpenSSL bounds the handshake itself. */
const longestFirstLine = 1024;
/** Connections of everybody, with or without the right. 200 connectors can be listed. */
const mostConnections = 300;
/** How long a socket that was answered has to close. */
const lingerMs = 2000;

/**
 * Listens for connectors at one private address of this machine.
 * @throws IndoorsError `perimeter.refused` when it may not be there, or the port is taken
 */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { address, port } = options.at;
  const judged = options.judge(address);
  if (!judged.allowed) {
    throw refusedAddress(address, `It is ${judged.reason}. Choose a private address of this machine.`);
  }
  if (!isOfThisMachine(address)) {
    throw refusedAddress(address, "This machine has no such address now. Choose one that it has.");
  }
  const listener = new OpenListener(options);
  try {
    return await listener.listen();
  } catch (thrown) {
    const taken = (thrown as NodeJS.ErrnoException).code === "EADDRINUSE";
    const why = taken ? `Port ${port} is taken by another program.` : `${messageOf(thrown)}.`;
    throw refusedAddress(address, `${why} Choose another port.`);
  }
}

function refusedAddress(address: string, why: string): IndoorsError {
  return new IndoorsError("perimeter.refused", `Connectors cannot dial in at ${address}. ${why}`, {
    reason: "listener",
  });
}

/** The loopback has more addresses than are listed. */
function isOfThisMachine(address: string): boolean {
  if (address.startsWith("127.")) return true;
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address));
}

/** A socket that is not known yet. */
interface Waiting {
  readonly source: string;
  readonly raw: Socket;
  leave(): void;
  /** It has this long from now on. */
  deadline(ms: number): void;
}

class OpenListener implements Listener {
  readonly fingerprint: string;
  readonly #options: ListenerOptions;
  readonly #limits: ListenerLimits;
  readonly #gate: ListenerGate;
  readonly #desk: EnrolmentDesk;
  readonly #tcp: TcpServer;
  readonly #tls: TlsServer;
  readonly #sockets = new Set<Socket>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #wires = new Map<string, ConnectorWire>();
  #connectors: readonly ConnectorEntry[];

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#gate = new ListenerGate(this.#limits);
    this.#desk = new EnrolmentDesk(options.enrolments);
    this.#connectors = options.connectors;
    this.fingerprint = options.identity.fingerprint;
    this.#tls = createTlsServer({
      key: options.identity.key,
      cert: options.identity.certificate,
      minVersion: "TLSv1.3",
      requestCert: true,
      // Nobody signs these certificates: what counts is the fingerprint, looked at before anything is believed.
      rejectUnauthorized: false,
    });
    this.#tls.on("secureConnection", (socket) => this.#onSecure(socket));
    this.#tls.on("tlsClientError", (_error, socket) => socket.destroy());
    this.#tcp = createTcpServer((socket) => this.#onSocket(socket));
    this.#tcp.maxConnections = mostConnections;
  }

  get address(): string {
    return this.#options.at.address;
  }

  get port(): number {
    const bound = this.#tcp.address();
    return typeof bound === "object" && bound !== null ? bound.port : 0;
  }

  async listen(): Promise<this> {
    const { address, port } = this.#options.at;
    await new Promise<void>((listening, failed) => {
      this.#tcp.once("error", failed);
      this.#tcp.listen({ host: address, port, ipv6Only: true }, () => {
        this.#tcp.off("error", failed);
        listening();
      });
    });
    // An accept that fails (too many open files) must not end the gateway.
    this.#tcp.on("error", () => {});
    this.#cross({ what: "listen", ok: true, address, port: this.port, certificate: this.fingerprint });
    return this;
  }

  update({ connectors, enrolments }: Parameters<Listener["update"]>[0]): void {
    this.#connectors = connectors;
    this.#desk.update(enrolments);
    for (const wire of [...this.#wires.values()]) {
      if (this.#nameOf(wire.certificate) !== wire.name) wire.refuse();
    }
  }

  session(name: string): TunnelTransport {
    const wire = this.#wires.get(name);
    if (wire !== undefined) return wire.openSession();
    throw new IndoorsError(
      "perimeter.unreachable",
      `The connector ${name} is not connected. See that its machine is on and that \`indoors connector run\` runs there.`,
    );
  }

  connected(): readonly { readonly name: string; readonly address: string }[] {
    return [...this.#wires.values()].map(({ name, address }) => ({ name, address }));
  }

  async dispose(): Promise<void> {
    const closed = new Promise<void>((done) => this.#tcp.close(() => done()));
    for (const wire of [...this.#wires.values()]) wire.end("the listener was turned off");
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** A connection has come; not a byte of it was read. */
  #onSocket(socket: Socket): void {
    const source = socket.remoteAddress ?? "";
    const leave = this.#options.judge(source).allowed ? this.#gate.enter(source) : undefined;
    if (leave === undefined) {
      socket.destroy();
      const reason = this.#options.judge(source).allowed ? "too many connections wait" : "the source is not private";
      return this.#tellRefused(source, socket.remotePort ?? 0, "", reason);
    }
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    let timer: NodeJS.Timeout | undefined;
    const key = keyOf(socket);
    const waiting: Waiting = {
      source,
      raw: socket,
      leave: () => {
        clearTimeout(timer);
        this.#waiting.delete(key);
        leave();
      },
      deadline: (ms) => {
        clearTimeout(timer);
        timer = setTimeout(() => socket.destroy(), ms);
      },
    };
    this.#waiting.set(key, waiting);
    waiting.deadline(this.#limits.identifyMs);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      waiting.leave();
    });
    this.#tls.emit("connection", socket);
  }

  /** The handshake is over: whoever it is has the key of the certificate that it showed. */
  #onSecure(socket: TLSSocket): void {
    socket.on("error", () => {});
    const waiting = this.#waiting.get(keyOf(socket));
    const shown = socket.getPeerX509Certificate();
    if (waiting === undefined || shown === undefined || socket.isSessionReused()) return void socket.destroy();
    const certificate = fingerprintOf(shown.raw);
    const name = this.#nameOf(certificate);
    if (name === undefined) void this.#onStranger(socket, certificate, waiting);
    else this.#onConnector(socket, name, certificate, waiting);
  }

  #nameOf(certificate: string): string | undefined {
    return this.#connectors.find((one) => one.certificate === certificate && one.revokedAt === null)?.name;
  }

  #onConnector(socket: TLSSocket, name: string, certificate: string, waiting: Waiting): void {
    const { source } = waiting;
    const port = socket.remotePort ?? 0;
    const crossing = { server: name, address: source, port, certificate };
    const wire = new ConnectorWire(socket, {
      name,
      certificate,
      address: source,
      heartbeatMs: this.#limits.heartbeatMs,
      onHello: () => {
        // It may have been revoked between its handshake and its first word.
        if (this.#nameOf(certificate) !== name) return wire.refuse();
        waiting.leave();
        this.#wires.get(name)?.end("it has connected anew");
        this.#wires.set(name, wire);
        this.#cross({ ...crossing, what: "connect", ok: true });
        this.#options.onConnector({ name, connected: true, address: source });
      },
      onEnd: (reason, bytes) => {
        if (this.#wires.get(name) !== wire) return;
        this.#wires.delete(name);
        this.#cross({ ...crossing, ...bytes, what: "disconnect", ok: true, detail: reason.slice(0, 500) });
        this.#options.onConnector({ name, connected: false, address: source });
      },
    });
  }

  /** Unknown, revoked, or with a code to redeem: all hear the same unless the code is right. */
  async #onStranger(socket: TLSSocket, certificate: string, waiting: Waiting): Promise<void> {
    const { source } = waiting;
    const port = socket.remotePort ?? 0;
    const line = await readFirstLine(socket, longestFirstLine);
    if (line === undefined) return void socket.destroy();
    const asked = enrolRequest.safeParse(line);
    if (!asked.success) {
      const known = this.#connectors.find((one) => one.certificate === certificate);
      const reason = known === undefined ? "the certificate is unknown" : `${known.name} was revoked`;
      this.#tellRefused(source, port, certificate, reason);
      return this.#answer(socket, waiting, { refused: true });
    }
    const name = this.#desk.redeem(asked.data.enrol, certificate, this.fingerprint, Date.now());
    const written = name !== undefined && (await this.#enrol(name, certificate, waiting));
    if (name === undefined || !written) {
      this.#tellRefused(source, port, certificate, "an enrolment code was wrong, used or expired");
      waiting.deadline(this.#limits.refusalDelayMs + lingerMs);
      setTimeout(() => this.#answer(socket, waiting, { refused: true }), this.#limits.refusalDelayMs);
      return;
    }
    this.#cross({ server: name, what: "enrolled", ok: true, address: source, port, certificate });
    this.#answer(socket, waiting, { enrolled: { name } });
  }

  /** False when it could not be written down. */
  async #enrol(name: string, certificate: string, waiting: Waiting): Promise<boolean> {
    // Writing it down is this machine's work, and an audit row must be on disk first.
    waiting.deadline(30_000);
    try {
      await this.#options.onEnrolled(name, certificate);
    } catch {
      return false;
    }
    // Whoever wrote it down pushes the new lists; the connector may be here again before they come.
    const entry = { name, certificate, enrolledAt: new Date().toISOString(), revokedAt: null };
    if (this.#nameOf(certificate) === undefined) this.#connectors = [...this.#connectors, entry];
    return true;
  }

  #answer(socket: TLSSocket, waiting: Waiting, line: object): void {
    waiting.deadline(lingerMs);
    socket.end(`${JSON.stringify(line)}\n`);
  }

  #tellRefused(address: string, port: number, certificate: string, reason: string): void {
    const told = this.#gate.tell(address, Date.now());
    if (told === undefined) return;
    const detail = told.unsaid === 0 ? reason : `${reason}; ${told.unsaid} more from there in between`;
    this.#cross({ what: "refused", ok: false, address, port, certificate, detail });
  }

  #cross(crossing: Partial<Crossing> & Pick<Crossing, "what" | "ok" | "address" | "port" | "certificate">): void {
    this.#options.onCrossed({ server: "listener", bytesOut: 0, bytesIn: 0, detail: "", ...crossing });
  }
}

/** Tells a connection from all others, in both its forms: as it came and decrypted. */
function keyOf(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`;
}
