import { IndoorsError, messageOf } from "../../shared/errors.ts";
import type { ServerView } from "../../shared/mcp.ts";
import { unlessAborted } from "../unless-aborted.ts";
import type { ServerSession } from "./doubted-session.ts";

export interface ServerLifeOptions {
  readonly name: string;
  /** Opens a session that may be used, or throws. */
  readonly open: (signal: AbortSignal) => Promise<ServerSession>;
  /** `state` or `fault` are others now. */
  readonly onState: () => void;
  /** Without use for so long it is stopped. */
  readonly idleMs: number;
}

/** So many failures within a minute, and it is left alone until the first of them is a minute old. */
const mostFailures = 3;
const minuteMs = 60_000;

/**
 * One server over the life of the host: started when it is needed, shared by who needs it at a time, stopped when it
 * is idle, started anew after a crash, but not without end.
 */
export class ServerLife {
  readonly #options: ServerLifeOptions;
  #opening: { readonly session: Promise<ServerSession>; readonly controller: AbortController } | undefined;
  #running: ServerSession | undefined;
  #fault: string | null = null;
  #failures: number[] = [];
  #using = 0;
  #idle: NodeJS.Timeout | undefined;
  #ending: Promise<unknown> = Promise.resolve();

  constructor(options: ServerLifeOptions) {
    this.#options = options;
  }

  get state(): ServerView["state"] {
    if (this.#running !== undefined) return "running";
    if (this.#opening !== undefined) return "starting";
    return this.#fault === null ? "stopped" : "failed";
  }

  get fault(): string | null {
    return this.#fault;
  }

  /** The session, while it runs. */
  get session(): ServerSession | undefined {
    return this.#running;
  }

  /**
   * Works with the running server, and starts it when it does not run.
   * @throws IndoorsError `server.failed`, `cancelled`, and what opening and `work` throw
   */
  async use<T>(work: (session: ServerSession, warm: boolean) => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#using++;
    clearTimeout(this.#idle);
    try {
      const warm = this.#running !== undefined;
      return await work(this.#running ?? (await unlessAborted(this.#open(), signal)), warm);
    } finally {
      this.#using--;
      this.#waitIdle();
    }
  }

  /** Works with a process of its own, which is ended after it. Throws as `use`. */
  async once<T>(work: (session: ServerSession) => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#refuseWhileFailing();
    const session = await this.#options.open(signal).catch((error: unknown) => {
      if (!signal.aborted) this.#failed(messageOf(error));
      throw error;
    });
    if (this.#fault !== null) {
      this.#fault = null;
      this.#options.onState();
    }
    try {
      return await work(session);
    } finally {
      await session.dispose();
    }
  }

  /** Ends it, whoever uses it. What failed before is forgotten. */
  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    this.#opening?.controller.abort(new IndoorsError("cancelled"));
    await this.#opening?.session.catch(() => {});
    const running = this.#running;
    this.#running = undefined;
    const changed = running !== undefined || this.#fault !== null;
    this.#fault = null;
    this.#failures = [];
    this.#ending = Promise.allSettled([this.#ending, running?.dispose()]);
    await this.#ending;
    if (changed) this.#options.onState();
  }

  #open(): Promise<ServerSession> {
    if (this.#opening !== undefined) return this.#opening.session;
    this.#refuseWhileFailing();
    const { open, onState } = this.#options;
    const controller = new AbortController();
    // Two at a time would write to the same folder.
    const session = this.#ending
      .then(() => open(controller.signal))
      .then(
        (opened) => {
          this.#opening = undefined;
          if (controller.signal.aborted) {
            return opened.dispose().then(() => {
              throw new IndoorsError("cancelled");
            });
          }
          this.#running = opened;
          this.#fault = null;
          void opened.ended.then((reason) => this.#ended(opened, reason));
          onState();
          return opened;
        },
        (error: unknown) => {
          this.#opening = undefined;
          if (controller.signal.aborted) onState();
          else this.#failed(messageOf(error));
          throw error;
        },
      );
    // Whoever gave up waiting does not hear of it.
    session.catch(() => {});
    this.#opening = { session, controller };
    onState();
    return session;
  }

  #ended(session: ServerSession, reason: string): void {
    if (this.#running !== session) return;
    this.#running = undefined;
    void session.dispose();
    this.#failed(`The server ${this.#options.name} ended by itself. ${reason}`);
  }

  #failed(why: string): void {
    this.#fault = why;
    this.#failures = [...this.#failures.slice(1 - mostFailures), performance.now()];
    this.#options.onState();
  }

  #refuseWhileFailing(): void {
    const [first = 0] = this.#failures;
    if (this.#failures.length < mostFailures || performance.now() - first > minuteMs) return;
    throw new IndoorsError(
      "server.failed",
      `The server ${this.#options.name} was not started: it failed ${mostFailures} times within a minute. Wait a minute, or look at its settings. It said: ${this.#fault ?? ""}`,
    );
  }

  #waitIdle(): void {
    if (this.#using > 0 || this.#running === undefined) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.stop().catch(() => {}), this.#options.idleMs);
    this.#idle.unref();
  }
}
