import type { Channel } from "../../shared/channel.ts";
import { type Client, connect, type ParamsInput, type Payload, type Result, serve } from "../../shared/contract.ts";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { gatewayContract, gatewayControlPort, gatewayHostContract } from "../../shared/gateway-contract.ts";
import { type MuxChannel, muxChannel } from "../../shared/mux-channel.ts";
import { emptyPerimeter, needsGateway, type PerimeterFile } from "../../shared/perimeter.ts";
import type { GatewayPlace } from "./gateway-place.ts";

type Contract = typeof gatewayContract;
type Configured = Result<Contract, "configure">;

export interface GatewayClientOptions {
  readonly place: GatewayPlace;
  readonly onCrossed: (crossing: Payload<Contract, "crossed">) => void;
  readonly onConnector: (state: Payload<Contract, "connector">) => void;
  /** A connector has proved that it knows its code. @throws IndoorsError when it may not be enrolled all the same */
  readonly onEnrolled: (name: string, certificate: string) => Promise<void>;
  /** It started, ended, or took another list. */
  readonly onState: () => void;
  readonly onLog: (line: string) => void;
  /** After so long without use it ends, when nothing keeps it. Default: 30 s. */
  readonly idleMs?: number;
  /** The first wait before it is started again; each further one is twice as long, up to a minute. Default: 0.5 s. */
  readonly backoffMs?: number;
}

/** One life of the gateway. */
interface Life {
  readonly channel: Channel;
  readonly mux: MuxChannel;
  readonly client: Client<Contract>;
  /** Milliseconds of the monotonic clock. */
  readonly since: number;
  /** What it was told last. */
  list: PerimeterFile;
  configured: Configured;
  nextPort: number;
}

const longestBackoffMs = 60_000;
/** What ran for so long starts anew without a longer wait. */
const goodLifeMs = 60_000;

/**
 * The one process with a socket, as the host has it: absent while nothing is listed and nobody looks at an address;
 * started again when it dies; told the list after each start and each change. What it says is checked by the contract.
 */
export class GatewayClient {
  readonly #options: GatewayClientOptions;
  #list: PerimeterFile = emptyPerimeter;
  #keep = false;
  #starting: Promise<Life> | undefined;
  #life: Life | undefined;
  #stopping: Promise<void> = Promise.resolve();
  #fault: string | null = null;
  #using = 0;
  #idle: NodeJS.Timeout | undefined;
  #again: NodeJS.Timeout | undefined;
  #waits = 0;
  #disposed = false;

  constructor(options: GatewayClientOptions) {
    this.#options = options;
  }

  get state(): "absent" | "running" | "failed" {
    if (this.#life !== undefined) return "running";
    return this.#fault === null ? "absent" : "failed";
  }

  /** Why it failed, or what of the list it will not do; null: nothing is wrong. */
  get fault(): string | null {
    const refused = this.#life?.configured.refused ?? [];
    if (refused.length === 0) return this.#fault;
    return refused.map(({ name, reason }) => `${name}: ${reason}`).join(" ");
  }

  /** Where it listens now, and the certificate that connectors pin. */
  get listening(): Configured["listening"] {
    return this.#life?.configured.listening ?? null;
  }

  /** How long it has been running, in milliseconds; null when it is not. */
  get age(): number | null {
    return this.#life === undefined ? null : performance.now() - this.#life.since;
  }

  /** From now on it runs as long as something is listed, and not only while something is asked of it. */
  keep(): void {
    this.#keep = true;
  }

  /**
   * From now on this list holds: it is told to the gateway, which starts or ends for it. Returns what of it the gateway
   * will not do; null when it is not running. @throws IndoorsError `perimeter.unreachable`
   */
  async hold(list: PerimeterFile): Promise<Configured | null> {
    this.#list = list;
    if (!this.#isKept && this.#starting === undefined) {
      this.#forget();
      return null;
    }
    return await this.#use(
      async (life) => {
        // A start has told it already.
        if (life.list !== list) await this.#configure(life, list);
        return life.configured;
      },
      needsGateway(list) ? undefined : 0,
    );
  }

  get #isKept(): boolean {
    return this.#keep && needsGateway(this.#list);
  }

  /** Calls it; it is started for that when it is not there. @throws IndoorsError its own, `perimeter.unreachable` */
  call<M extends keyof Contract["methods"] & string>(
    method: M,
    params: ParamsInput<Contract, M>,
    signal?: AbortSignal,
  ): Promise<Result<Contract, M>> {
    return this.#use((life) => life.client.call(method, params, { signal }));
  }

  /** A channel that `mcpContract` is served on, for a listed server or an enrolled connector. Closing it ends the session. */
  async session(name: string, signal: AbortSignal): Promise<Channel> {
    return await this.#use(async (life) => {
      const port = life.nextPort++;
      const channel = life.mux.port(port);
      try {
        await life.client.call("session", { name, port }, { signal });
      } catch (error) {
        channel.close();
        throw error;
      }
      // It is in use as long as the session is open.
      this.#using++;
      channel.onClose(() => this.#unused());
      return channel;
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#list = emptyPerimeter;
    clearTimeout(this.#again);
    await this.#stop();
  }

  async #use<T>(work: (life: Life) => Promise<T>, idleMs?: number): Promise<T> {
    this.#using++;
    try {
      return await work(await this.#start());
    } catch (error) {
      if (!(error instanceof IndoorsError) || error.code !== "channel.closed") throw error;
      throw new IndoorsError("perimeter.unreachable", `The gateway ended meanwhile. ${this.#fault ?? "Try again."}`);
    } finally {
      this.#unused(idleMs);
    }
  }

  /** Ends it when nothing keeps it: soon, since the next step of the same work may need it. */
  #unused(idleMs = this.#options.idleMs ?? 30_000): void {
    this.#using--;
    clearTimeout(this.#idle);
    if (this.#using > 0 || this.#isKept) return;
    this.#idle = setTimeout(() => void this.#stop(), idleMs);
    this.#idle.unref();
  }

  #start(): Promise<Life> {
    if (this.#disposed) return Promise.reject(new IndoorsError("channel.closed"));
    clearTimeout(this.#again);
    this.#starting ??= this.#begin().catch((error: unknown) => {
      this.#starting = undefined;
      this.#failed(`The gateway does not start: ${messageOf(error)}`);
      throw error instanceof IndoorsError && error.code !== "channel.closed"
        ? error
        : new IndoorsError("perimeter.unreachable", this.#fault ?? undefined);
    });
    return this.#starting;
  }

  async #begin(): Promise<Life> {
    await this.#stopping;
    const { place, onLog, onConnector, onCrossed, onEnrolled, onState } = this.#options;
    const channel = await place.start();
    const mux = muxChannel(channel);
    const control = mux.port(gatewayControlPort);
    const onFault = (fault: unknown, where: string) => onLog(`gateway: ${where}: ${messageOf(fault)}`);
    const client = connect(control, gatewayContract, { onFault });
    serve(
      control,
      gatewayHostContract,
      {
        enrolled: async ({ name, certificate }) => {
          await onEnrolled(name, certificate);
          return {};
        },
      },
      { onFault },
    );
    client.on("crossed", onCrossed);
    client.on("connector", onConnector);
    const list = this.#list;
    const unknown: Configured = { listening: null, refused: [] };
    const life: Life = { channel, mux, client, list, configured: unknown, since: performance.now(), nextPort: 1 };
    try {
      await this.#configure(life, list);
    } catch (error) {
      await place.stop();
      throw error;
    }
    channel.onClose((reason) => this.#ended(life, reason));
    this.#life = life;
    this.#fault = null;
    onState();
    return life;
  }

  async #configure(life: Life, list: PerimeterFile): Promise<void> {
    const { version: _version, ...known } = list;
    try {
      life.configured = await life.client.call("configure", known);
    } catch (error) {
      // What does not take a list is not left with the old one.
      life.channel.close();
      throw error;
    }
    life.list = list;
    for (const { name, reason } of life.configured.refused) this.#options.onLog(`gateway refuses ${name}: ${reason}`);
    if (this.#life === life) this.#options.onState();
  }

  #ended(life: Life, reason: string): void {
    if (this.#life !== life) return;
    this.#life = undefined;
    this.#starting = undefined;
    this.#stopping = this.#options.place.stop().catch((error: unknown) => this.#options.onLog(messageOf(error)));
    if (performance.now() - life.since >= goodLifeMs) this.#waits = 0;
    this.#failed(`The gateway stopped unexpectedly (${reason}).`);
  }

  /** It is tried again when something needs it; when nothing does, the next use will. */
  #failed(fault: string): void {
    const { onLog, onState, backoffMs = 500 } = this.#options;
    onLog(fault);
    if (this.#disposed) return;
    if (this.#isKept) {
      this.#fault = `${fault} It is started again.`;
      const wait = Math.min(backoffMs * 2 ** this.#waits++, longestBackoffMs);
      this.#again = setTimeout(() => void this.#start().catch(() => {}), wait);
    } else this.#forget();
    onState();
  }

  /** Nothing is listed any more, so nothing is wrong either. */
  #forget(): void {
    clearTimeout(this.#again);
    this.#fault = null;
    this.#waits = 0;
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#starting?.catch(() => {});
    const life = this.#life;
    if (life === undefined) return;
    if (this.#using > 0 && !this.#disposed) return;
    this.#life = undefined;
    this.#starting = undefined;
    this.#forget();
    this.#stopping = this.#options.place.stop().catch((error: unknown) => this.#options.onLog(messageOf(error)));
    life.client.dispose();
    await this.#stopping;
    life.channel.close();
    this.#options.onState();
  }
}
