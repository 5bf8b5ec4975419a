import { networkInterfaces } from "node:os";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { Channel } from "../../shared/channel.ts";
import { connect, type Implementation, type Params, type Result, serve } from "../../shared/contract.ts";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { gatewayContract, gatewayControlPort, gatewayHostContract } from "../../shared/gateway-contract.ts";
import { type MuxChannel, muxChannel } from "../../shared/mux-channel.ts";
import { defaultBudget, type PerimeterServer } from "../../shared/perimeter.ts";
import { type ServedSession, serveSession } from "../session/serve-session.ts";
import { judgeAddress } from "./address.ts";
import { loadIdentity } from "./certificate.ts";
import { type Credentials, openCredentials } from "./credentials.ts";
import { examine, type Lookup } from "./examine.ts";
import { HttpTransport } from "./http-transport.ts";
import { type Crossing, type Listener, openListener } from "./listener.ts";
import { readTarget } from "./target.ts";
import { testServer } from "./test-server.ts";
import { TunnelSession } from "./tunnel-session.ts";
import type { Usage } from "./usage.ts";

type Contract = typeof gatewayContract;
type Config = Params<Contract, "configure">;

export interface GatewayOptions {
  /** To the host. The gateway ends with it. */
  readonly channel: Channel;
  /** The perimeter's: credentials, identity and usage are in it. It must be there. */
  readonly folder: string;
  /** What was used of the budgets. The gateway's from now on. */
  readonly usage: Usage;
  /** Told of bugs and of refused messages, for the local log. */
  readonly onFault?: (fault: unknown, where: string) => void;
  /** Default: the name service of this machine. */
  readonly lookup?: Lookup;
}

/** Sessions at once. Each has connections of its own, and a client in memory. */
const mostSessions = 64;

/**
 * The perimeter's one way through. It begins knowing nothing, and reaches nothing, until it is configured. When the
 * channel ends, or `dispose` is called, every connection is cut.
 */
export function openGateway(options: GatewayOptions): { dispose(): Promise<void> } {
  const gateway = new Gateway(options);
  options.channel.onClose(() => void gateway.dispose());
  return gateway;
}

/** One session on a port of the mux. */
interface OpenSession {
  readonly name: string;
  /** Of what it was opened for: another text is another server. */
  readonly listed: string;
  /** Cuts its connections without a word. */
  readonly cut: AbortController;
  readonly served: ServedSession;
}

class Gateway {
  readonly #options: GatewayOptions;
  readonly #usage: Usage;
  readonly #credentials: Credentials;
  readonly #mux: MuxChannel;
  readonly #server;
  readonly #host;
  readonly #sessions = new Map<number, OpenSession>();
  #config: Config = { servers: [], listener: null, connectors: [], enrolments: [] };
  #refused: Result<Contract, "configure">["refused"] = [];
  #listener: Listener | undefined;
  /** One after the other: a listener takes a moment to open. */
  #configuring: Promise<unknown> = Promise.resolve();
  #disposed: Promise<void> | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#usage = options.usage;
    this.#credentials = openCredentials(options.folder);
    this.#mux = muxChannel(options.channel);
    const port = this.#mux.port(gatewayControlPort);
    const ends = options.onFault === undefined ? {} : { onFault: options.onFault };
    this.#host = connect(port, gatewayHostContract, ends);
    this.#server = serve(port, gatewayContract, this.#methods(), ends);
  }

  dispose(): Promise<void> {
    this.#disposed ??= (async () => {
      for (const port of [...this.#sessions.keys()]) this.#endSession(port, "The gateway was ended.");
      this.#server.dispose();
      this.#host.dispose();
      await this.#configuring.catch(() => {});
      await this.#listener?.dispose();
      await this.#usage.dispose();
    })();
    return this.#disposed;
  }

  #methods(): Implementation<Contract> {
    return {
      configure: (config) => {
        const configured = this.#configuring.then(() => this.#configure(config));
        this.#configuring = configured.catch(() => {});
        return configured;
      },
      examine: ({ url }, signal) => examine(url, signal, this.#options.lookup),
      test: async ({ name }, signal) => {
        const server = this.#config.servers.find((one) => one.name === name);
        if (server === undefined) return { steps: [this.#connectorStep(name)] };
        const hasCredential = async () => (await this.#credentials.read(name)) !== null;
        return { steps: await testServer(server, hasCredential, () => this.#reachServer(server, signal), signal) };
      },
      setCredential: async ({ name, secret }) => {
        await this.#credentials.set(name, secret);
        return {};
      },
      usage: async () => ({ servers: await Promise.all(this.#config.servers.map((server) => this.#usageOf(server))) }),
      addresses: () => ({ addresses: addressesHere() }),
      identity: async () => ({ fingerprint: (await loadIdentity(this.#options.folder)).fingerprint }),
      session: ({ name, port }) => {
        this.#openSession(name, port);
        return {};
      },
    };
  }

  async #configure(config: Config): Promise<Result<Contract, "configure">> {
    if (this.#disposed !== undefined) throw new IndoorsError("channel.closed");
    const refused: Result<Contract, "configure">["refused"] = [];
    const servers = config.servers.filter((server, at) => {
      const fault = faultOf(server, config.servers.slice(0, at));
      if (fault !== null) refused.push({ name: server.name, reason: fault });
      return fault === null;
    });
    this.#config = { ...config, servers };
    for (const [port, session] of [...this.#sessions]) {
      if (this.#listedAs(session.name) === session.listed) continue;
      this.#endSession(port, "It was taken off the perimeter's list, or its entry was changed.");
    }
    await this.#listen(config).catch((fault: unknown) => {
      refused.push({ name: "listener", reason: messageOf(fault) });
    });
    this.#refused = refused;
    const { address, port, fingerprint } = this.#listener ?? {};
    const listens = address !== undefined && port !== undefined && fingerprint !== undefined;
    return { listening: listens ? { address, port, fingerprint } : null, refused };
  }

  async #listen({ listener: at, connectors, enrolments }: Config): Promise<void> {
    const open = this.#listener;
    if (open !== undefined && at !== null && open.address === at.address && open.port === at.port) {
      return open.update({ connectors, enrolments });
    }
    this.#listener = undefined;
    await open?.dispose();
    if (at === null) return;
    this.#listener = await openListener({
      ...{ at, connectors, enrolments },
      identity: await loadIdentity(this.#options.folder),
      judge: judgeAddress,
      onEnrolled: async (name, certificate) => void (await this.#host.call("enrolled", { name, certificate })),
      onConnector: (state) => this.#server.emit("connector", state),
      onCrossed: (crossing) => this.#crossed(crossing),
    });
  }

  /** What a name stands for now, as a text to compare; null: nothing that may be reached. */
  #listedAs(name: string): string | null {
    const server = this.#config.servers.find((one) => one.name === name);
    if (server !== undefined) return JSON.stringify(server);
    const connector = this.#config.connectors.find((one) => one.name === name && one.revokedAt === null);
    return connector === undefined || this.#config.listener === null ? null : JSON.stringify(connector);
  }

  #openSession(name: string, port: number): void {
    const listed = this.#listedAs(name);
    if (listed === null) {
      const why = this.#refused.find((one) => one.name === name)?.reason ?? "it is not on the list";
      throw new IndoorsError("not-found", `There is no way to ${name}: ${why}.`);
    }
    if (this.#sessions.has(port)) throw new IndoorsError("input.invalid", `Port ${port} has a session already.`);
    if (this.#sessions.size >= mostSessions) {
      throw new IndoorsError("tool.limit", `There are ${mostSessions} sessions at the perimeter already. End one.`);
    }
    const cut = new AbortController();
    const server = this.#config.servers.find((one) => one.name === name);
    const channel = this.#mux.port(port);
    const served = serveSession(
      channel,
      () => (server === undefined ? this.#reachConnector(name) : this.#reachServer(server, cut.signal)),
      this.#options.onFault === undefined ? {} : { onFault: this.#options.onFault },
    );
    this.#sessions.set(port, { name, listed, cut, served });
    void served.ended.then((why) => this.#endSession(port, why));
  }

  #endSession(port: number, why: string): void {
    const session = this.#sessions.get(port);
    if (session === undefined) return;
    this.#sessions.delete(port);
    session.cut.abort(new IndoorsError("channel.closed", why));
    // The channel is closed when its last word, why the session ended, was said.
    void session.served.dispose().finally(() => this.#mux.port(port).close());
  }

  #reachServer(server: PerimeterServer, signal: AbortSignal): Transport {
    try {
      return new HttpTransport({
        target: readTarget(server),
        account: this.#usage.account(server.name, server.budget),
        credential: () => this.#credentials.read(server.name),
        onCrossed: (crossing) => this.#crossed(crossing),
        signal,
      });
    } catch (fault) {
      this.#crossed(refusal(server, messageOf(fault)));
      throw fault;
    }
  }

  #reachConnector(name: string): Transport {
    if (this.#listener === undefined) {
      throw new IndoorsError("perimeter.unreachable", `${name} cannot dial in: nothing listens. Turn the listener on.`);
    }
    const inner = this.#listener.session(name);
    return new TunnelSession({
      ...{ name, inner },
      address: this.#listener.connected().find((one) => one.name === name)?.address ?? "",
      certificate: this.#config.connectors.find((one) => one.name === name)?.certificate ?? "",
      account: this.#usage.account(name, defaultBudget),
      onCrossed: (crossing) => this.#crossed(crossing),
    });
  }

  async #usageOf({ name }: PerimeterServer) {
    const { calls, bytes } = this.#usage.today(name);
    // One that cannot be read is not here: that is what a call will find, too.
    const credential = await this.#credentials.read(name).catch(() => null);
    return { name, callsToday: calls, bytesToday: bytes, hasCredential: credential !== null };
  }

  #connectorStep(name: string): { what: string; ok: boolean; detail: string } {
    const what = "The connector is connected";
    const there = this.#listener?.connected().find((one) => one.name === name);
    if (there !== undefined) return { what, ok: true, detail: `It has dialled in from ${there.address}.` };
    if (this.#listedAs(name) !== null) return { what, ok: false, detail: "It is not. Start it on its machine." };
    const why = this.#refused.find((one) => one.name === name)?.reason ?? "It is not on the list.";
    return { what: "It is listed", ok: false, detail: why };
  }

  #crossed(crossing: Crossing): void {
    this.#server.emit("crossed", { ...crossing, detail: crossing.detail.slice(0, 500) });
  }
}

function faultOf(server: PerimeterServer, before: readonly PerimeterServer[]): string | null {
  if (before.some(({ name }) => name === server.name)) return `${server.name} is listed twice.`;
  try {
    readTarget(server);
    return null;
  } catch (fault) {
    return messageOf(fault);
  }
}

function refusal({ name, address, certificate }: PerimeterServer, detail: string): Crossing {
  const nothing = { port: 0, bytesOut: 0, bytesIn: 0 };
  return { server: name, what: "refused", ok: false, address, certificate: certificate ?? "", ...nothing, detail };
}

function addressesHere() {
  const all = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
  return [...new Set(all.map(({ address }) => address))].map(judgeAddress);
}
