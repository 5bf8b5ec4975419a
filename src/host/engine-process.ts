import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  type Client,
  connect,
  type Contract,
  type Payload,
  type ParamsInput,
  type Result,
} from "../shared/contract.ts";
import { IndoorsError } from "../shared/errors.ts";
import { processChannel } from "../shared/process-channel.ts";

export interface EngineProcessOptions<C extends Contract> {
  /** What people call it: "speech engine". */
  readonly name: string;
  readonly entry: URL;
  readonly contract: C;
  readonly nodePath: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Run in every new process before the first call reaches it: loads the model. */
  readonly prepare?: (client: Client<C>) => Promise<void>;
  /** What the process writes to stderr, and faults of the contract. For the local log. */
  readonly onLog: (line: string) => void;
  /** Told when the process ended without being asked to. */
  readonly onCrash: (sentence: string) => void;
}

/**
 * A worker process that is started at first use and again after a crash. A crash rejects what is under way with
 * `engine.crashed`; the next call starts and prepares a new process.
 */
export class EngineProcess<C extends Contract> {
  readonly #options: EngineProcessOptions<C>;
  #running: { readonly child: ChildProcess; readonly ready: Promise<Client<C>> } | undefined;
  #disposed = false;
  #listeners = new Set<(client: Client<C>) => void>();

  constructor(options: EngineProcessOptions<C>) {
    this.#options = options;
  }

  /** Starts and prepares the process now instead of at the first call. */
  async start(): Promise<void> {
    await this.#client();
  }

  async call<M extends keyof C["methods"] & string>(
    method: M,
    params: ParamsInput<C, M>,
    signal?: AbortSignal,
  ): Promise<Result<C, M>> {
    const client = await this.#client();
    try {
      return await client.call(method, params, { signal });
    } catch (error) {
      throw this.#crashed(error);
    }
  }

  /** Listens in this process and every later one. Returns the function that stops it. */
  on<E extends keyof C["events"] & string>(event: E, listener: (payload: Payload<C, E>) => void): () => void {
    const stops: (() => void)[] = [];
    const listen = (client: Client<C>) => void stops.push(client.on(event, listener));
    this.#listeners.add(listen);
    void this.#running?.ready.then(listen, () => {});
    return () => {
      this.#listeners.delete(listen);
      for (const stop of stops) stop();
    };
  }

  /** The process id, or undefined when it is not running. For tests and the readiness report. */
  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    const child = this.#running?.child;
    this.#running = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill("SIGKILL"), 2_000);
    await gone;
    clearTimeout(timer);
  }

  #client(): Promise<Client<C>> {
    if (this.#disposed) return Promise.reject(new IndoorsError("channel.closed"));
    this.#running ??= this.#spawn();
    return this.#running.ready;
  }

  #spawn(): { child: ChildProcess; ready: Promise<Client<C>> } {
    const { name, entry, contract, nodePath, env, prepare, onLog, onCrash } = this.#options;
    const child = fork(fileURLToPath(entry), [], {
      execPath: nodePath,
      execArgv: [],
      env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", LANG: "C.UTF-8", ...env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => onLog(`${name}: ${text.trimEnd()}`));
    }
    const channel = processChannel(child);
    const client = connect(channel, contract, {
      onFault: (fault, where) => onLog(`${name}: ${where}: ${String(fault)}`),
    });
    const listened = [...this.#listeners];
    for (const listen of listened) listen(client);
    child.on("error", (error) => onLog(`${name}: ${error.message}`));
    child.once("exit", (code, signal) => {
      if (this.#running?.child !== child) return;
      this.#running = undefined;
      if (!this.#disposed)
        onCrash(`The ${name} stopped unexpectedly (${signal ?? `exit ${code}`}). It starts again at the next use.`);
    });
    const ready = (async () => {
      try {
        await prepare?.(client);
        return client;
      } catch (error) {
        // A model that cannot be loaded must not leave a half-prepared process behind.
        if (this.#running?.child === child) this.#running = undefined;
        child.kill("SIGKILL");
        throw this.#crashed(error);
      }
    })();
    ready.catch(() => {});
    return { child, ready };
  }

  #crashed(error: unknown): unknown {
    if (!(error instanceof IndoorsError) || error.code !== "channel.closed" || this.#disposed) return error;
    return new IndoorsError(
      "engine.crashed",
      `The ${this.#options.name} stopped unexpectedly. Nothing that was stored is lost; try again.`,
    );
  }
}
