import { IndoorsError } from "../../shared/errors.ts";

export interface Wait {
  /** Fires with `timeout` when patience is over. */
  readonly signal: AbortSignal;
  /** Something was heard: silence begins anew. */
  heard(): void;
  /** It is no longer waited. */
  end(): void;
}

/** Milliseconds of silence that are borne, and of waiting in all. */
export interface WaitLimits {
  readonly silenceMs: number;
  readonly totalMs: number;
}

/**
 * How long is waited for one other side. While a person thinks or the model writes for it, no time passes: that is not
 * the other side's silence.
 */
export class Patience {
  readonly #waits = new Set<RunningWait>();
  #pauses = 0;

  start(limits: WaitLimits): Wait {
    const wait = new RunningWait(limits, () => this.#waits.delete(wait));
    this.#waits.add(wait);
    if (this.#pauses === 0) wait.resume();
    return wait;
  }

  /** Does the work, and nobody's time passes meanwhile. */
  async paused<T>(work: () => Promise<T>): Promise<T> {
    if (this.#pauses++ === 0) for (const wait of this.#waits) wait.pause();
    try {
      return await work();
    } finally {
      if (--this.#pauses === 0) for (const wait of this.#waits) wait.resume();
    }
  }
}

class RunningWait implements Wait {
  readonly #limits: WaitLimits;
  readonly #forget: () => void;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #leftMs: number;
  #since = 0;

  constructor(limits: WaitLimits, forget: () => void) {
    this.#limits = limits;
    this.#forget = forget;
    this.#leftMs = limits.totalMs;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  heard(): void {
    if (this.#timer === undefined) return;
    this.pause();
    this.resume();
  }

  end(): void {
    this.#forget();
    this.pause();
  }

  pause(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#leftMs -= performance.now() - this.#since;
  }

  resume(): void {
    if (this.#controller.signal.aborted) return;
    this.#since = performance.now();
    this.#timer = setTimeout(() => this.#over(), Math.max(0, Math.min(this.#limits.silenceMs, this.#leftMs)));
  }

  #over(): void {
    const limitMs = this.#limits.silenceMs;
    this.end();
    this.#controller.abort(new IndoorsError("timeout", `There was no answer in time.`, { limitMs }));
  }
}
