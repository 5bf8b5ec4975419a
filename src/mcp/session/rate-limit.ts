export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Allows `burst` at once and `perSecond` in the long run. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #now: () => number;
  #left: number;
  #at: number;

  /** @param now milliseconds of a clock that never goes back. */
  constructor(rate: Rate, now: () => number = () => performance.now()) {
    this.#rate = rate;
    this.#now = now;
    this.#left = rate.burst;
    this.#at = now();
  }

  /** Whether one more is allowed now; if so it is counted. */
  take(): boolean {
    const { burst, perSecond } = this.#rate;
    const now = this.#now();
    this.#left = Math.min(burst, this.#left + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
