import { throwIfCancelled } from "../shared/errors.ts";

export interface Waiting<Q, A> {
  readonly onRequested: (request: Q) => void;
  /** `answer` is null when the question went away: its signal fired, or the host stops. */
  readonly onClosed: (request: Q, answer: A | null) => void;
  /** What answers when nobody has for so long. */
  readonly late?: { readonly afterMs: number; readonly answer: A };
}

/** Questions that wait for a person. They live in memory: a question whose asker is gone has no meaning. */
export class PendingQuestions<Q extends { readonly id: string }, A> {
  readonly #pending = new Map<string, { readonly request: Q; readonly close: (answer: A | null) => void }>();

  get size(): number {
    return this.#pending.size;
  }

  /** Asks, and waits; null when it went away. @throws IndoorsError `cancelled` when the signal has fired already */
  async ask(request: Q, { onRequested, onClosed, late }: Waiting<Q, A>, signal: AbortSignal): Promise<A | null> {
    throwIfCancelled(signal);
    const { promise, resolve } = Promise.withResolvers<A | null>();
    const onAbort = () => resolve(null);
    const timer = late === undefined ? undefined : setTimeout(() => resolve(late.answer), late.afterMs);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#pending.set(request.id, { request, close: resolve });
    let answer: A | null = null;
    try {
      onRequested(request);
      answer = await promise;
      return answer;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      this.#pending.delete(request.id);
      onClosed(request, answer);
    }
  }

  /** What waits, oldest first. */
  list(): Q[] {
    return [...this.#pending.values()].map(({ request }) => request);
  }

  /** The question of this id; undefined when it does not wait any more. */
  get(id: string): Q | undefined {
    return this.#pending.get(id)?.request;
  }

  /** Answers a question that waits, once. */
  answer(id: string, answer: A): void {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.close(answer);
  }

  /** Takes all questions back. */
  dispose(): void {
    for (const { close } of this.#pending.values()) close(null);
  }
}
