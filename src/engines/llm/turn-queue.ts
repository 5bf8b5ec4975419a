import { throwIfCancelled } from "../../shared/errors.ts";

/** Runs one piece of work at a time, in the order of asking: there is one context, and it has one state. */
export class TurnQueue {
  #last: Promise<unknown> = Promise.resolve();

  /** Rejects with what `work` rejects with, or with `cancelled` when `signal` fired before its turn came. */
  run<T>(work: () => Promise<T> | T, signal: AbortSignal): Promise<T> {
    const turn = this.#last.then(() => {
      throwIfCancelled(signal);
      return work();
    });
    this.#last = turn.catch(() => {});
    return turn;
  }
}
