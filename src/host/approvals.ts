import { randomUUID } from "node:crypto";
import type { ApprovalAnswer, ApprovalRequest } from "../shared/approval.ts";
import { IndoorsError, throwIfCancelled } from "../shared/errors.ts";

export interface ApprovalsOptions {
  readonly onRequested: (request: ApprovalRequest) => void;
  /** `answer` is null when the question went away: its run was cancelled, or the host stops. */
  readonly onClosed: (request: ApprovalRequest, answer: ApprovalAnswer | null) => void;
}

interface Pending {
  readonly request: ApprovalRequest;
  readonly close: (answer: ApprovalAnswer | null) => void;
}

/** The questions that wait for a person. They live in memory: a question whose run has ended has no meaning. */
export class Approvals {
  readonly #options: ApprovalsOptions;
  readonly #pending = new Map<string, Pending>();

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  /** Asks, and waits for the answer. @throws IndoorsError `cancelled` when the signal fires or the host stops. */
  async ask(question: Omit<ApprovalRequest, "id" | "askedAt">, signal: AbortSignal): Promise<ApprovalAnswer> {
    throwIfCancelled(signal);
    const request = { ...question, id: randomUUID(), askedAt: new Date().toISOString() };
    const { promise, resolve } = Promise.withResolvers<ApprovalAnswer | null>();
    const onAbort = () => resolve(null);
    signal.addEventListener("abort", onAbort, { once: true });
    this.#pending.set(request.id, { request, close: resolve });
    let answer: ApprovalAnswer | null = null;
    try {
      this.#options.onRequested(request);
      answer = await promise;
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#pending.delete(request.id);
      this.#options.onClosed(request, answer);
    }
    if (answer === null) throw new IndoorsError("cancelled");
    return answer;
  }

  /** What waits, oldest first. */
  list(): ApprovalRequest[] {
    return [...this.#pending.values()].map(({ request }) => request);
  }

  /**
   * Answers a question, once.
   * @throws IndoorsError `not-found` when it does not wait any more; `input.invalid` for a scope it did not offer.
   */
  answer(id: string, answer: ApprovalAnswer): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      throw new IndoorsError(
        "not-found",
        `Nothing waits for that answer: ${id}. It was answered or its run has ended.`,
      );
    }
    const { scopes } = pending.request;
    if (answer.decision === "allow" && !scopes.includes(answer.scope)) {
      throw new IndoorsError(
        "input.invalid",
        `The answer cannot be used: '${answer.scope}' was not offered. Choose one of ${scopes.join(", ")}.`,
      );
    }
    this.#pending.delete(id);
    pending.close(answer);
  }

  /** Takes all questions back; those who asked get `cancelled`. */
  dispose(): void {
    for (const { close } of this.#pending.values()) close(null);
  }
}
