import {
  type Client,
  connect,
  type Implementation,
  type Params,
  serve,
  type Server,
} from "../../../shared/contract.ts";
import { gatewayContract, gatewayControlPort, gatewayHostContract } from "../../../shared/gateway-contract.ts";
import { memoryChannelPair } from "../../../shared/memory-channel.ts";
import { type MuxChannel, muxChannel } from "../../../shared/mux-channel.ts";
import type { GatewayPlace } from "../gateway-place.ts";

type Contract = typeof gatewayContract;

/** A gateway in memory, that does nothing but remember: what the host says to it, and how often it was started. */
export class FakeGateway implements GatewayPlace {
  starts = 0;
  /** How often a start fails from now on. */
  failing = 0;
  readonly configured: Params<Contract, "configure">[] = [];
  readonly secrets = new Map<string, string>();
  /** What it refuses, by name. */
  readonly refuses = new Map<string, string>();
  now:
    | { readonly mux: MuxChannel; readonly server: Server<Contract>; readonly host: HostSide; end(): void }
    | undefined;
  readonly #answers: Partial<Implementation<Contract>>;

  constructor(answers: Partial<Implementation<Contract>> = {}) {
    this.#answers = answers;
  }

  async start() {
    this.starts++;
    if (this.failing-- > 0) throw new Error("it fell over");
    const [here, there] = memoryChannelPair();
    const mux = muxChannel(there);
    const port = mux.port(gatewayControlPort);
    const server = serve(port, gatewayContract, { ...this.#methods(), ...this.#answers });
    const host = connect(port, gatewayHostContract);
    this.now = { mux, server, host, end: () => there.close() };
    return here;
  }

  async stop() {
    this.now?.end();
    this.now = undefined;
  }

  #methods(): Implementation<Contract> {
    return {
      configure: (config) => {
        this.configured.push(config);
        const { listener, servers } = config;
        const names = [...servers.map(({ name }) => name), ...(listener === null ? [] : ["listener"])];
        const refused = names.flatMap((name) => {
          const reason = this.refuses.get(name);
          return reason === undefined ? [] : [{ name, reason }];
        });
        return { listening: listener === null ? null : { ...listener, fingerprint: "a".repeat(64) }, refused };
      },
      examine: ({ url }) => ({
        ...{ host: new URL(url).hostname, port: 8443, secure: true, fault: null },
        addresses: [{ address: "10.0.0.7", allowed: true, reason: "private" }],
        certificate: { fingerprint: "c".repeat(64), subject: "CN=records", issuer: "CN=records", validTo: "" },
      }),
      test: () => ({ steps: [{ what: "address", ok: true, detail: "10.0.0.7" }] }),
      setCredential: ({ name, secret }) => {
        if (secret === null) this.secrets.delete(name);
        else this.secrets.set(name, secret);
        return {};
      },
      usage: () => ({ servers: [{ name: "records", callsToday: 3, bytesToday: 1000, hasCredential: true }] }),
      addresses: () => ({
        addresses: [
          { address: "10.0.0.2", allowed: true, reason: "private" },
          { address: "8.8.8.8", allowed: false, reason: "public" },
        ],
      }),
      identity: () => ({ fingerprint: "a".repeat(64) }),
      session: () => ({}),
    };
  }
}

type HostSide = Client<typeof gatewayHostContract>;
