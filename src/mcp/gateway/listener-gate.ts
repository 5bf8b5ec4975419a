/** Bounds on machines that have not shown yet that they may dial in. */
export interface GateLimits {
  /** Connections at once, of everybody. */
  readonly waiting: number;
  /** Connections at once from one address: one machine cannot take every place. */
  readonly waitingPerSource: number;
}

export const gateLimits: GateLimits = { waiting: 64, waitingPerSource: 8 };

/** Says who may wait at the door, and how often what is refused there is told. Pure but for what it counts. */
export class ListenerGate {
  readonly #limits: GateLimits;
  readonly #waiting = new Map<string, number>();
  #total = 0;
  readonly #told = new Map<string, { readonly at: number; unsaid: number }>();

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /** Takes a place; undefined when there is none. The function gives it back, once. */
  enter(source: string): (() => void) | undefined {
    const ofSource = this.#waiting.get(source) ?? 0;
    if (this.#total >= this.#limits.waiting || ofSource >= this.#limits.waitingPerSource) return undefined;
    this.#total += 1;
    this.#waiting.set(source, ofSource + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#total -= 1;
      const rest = (this.#waiting.get(source) ?? 1) - 1;
      if (rest === 0) this.#waiting.delete(source);
      else this.#waiting.set(source, rest);
    };
  }

  /**
   * Whether a refusal of this source is told now: one in ten seconds is, and the next one that is told says how many
   * were not. `now` in ms. So a flood cannot fill the audit log.
   */
  tell(source: string, now: number): { readonly unsaid: number } | undefined {
    const last = this.#told.get(source);
    if (last !== undefined && now - last.at < tellEveryMs) {
      last.unsaid += 1;
      return undefined;
    }
    // Sources can be many; the oldest is forgotten.
    this.#told.delete(source);
    const [oldest] = this.#told.keys();
    if (this.#told.size >= mostSources && oldest !== undefined) this.#told.delete(oldest);
    this.#told.set(source, { at: now, unsaid: 0 });
    return { unsaid: last?.unsaid ?? 0 };
  }
}

const tellEveryMs = 10_000;
const mostSources = 1000;
