import { randomUUID } from "node:crypto";
import type { ApprovalAnswer, ApprovalRequest } from "../shared/approval.ts";
import { IndoorsError } from "../shared/errors.ts";
import { PendingQuestions } from "./pending-questions.ts";

export interface ApprovalsOptions {
  readonly onRequested: (request: ApprovalRequest) => void;
  /** `answer` is null when the question went away: its run was cancelled, or the host stops. */
  readonly onClosed: (request: ApprovalRequest, answer: ApprovalAnswer | null) => void;
}

/** The questions that wait for a person. They live in memory: a question whose run has ended has no meaning. */
export class Approvals {
  readonly #options: ApprovalsOptions;
  readonly #pending = new PendingQuestions<ApprovalRequest, ApprovalAnswer>();

  constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  /** Asks, and waits for the answer. @throws IndoorsError `cancelled` when the signal fires or the host stops. */
  async ask(question: Omit<ApprovalRequest, "id" | "askedAt">, signal: AbortSignal): Promise<ApprovalAnswer> {
    const request = { ...question, id: randomUUID(), askedAt: new Date().toISOString() };
    const answer = await this.#pending.ask(request, this.#options, signal);
    if (answer === null) throw new IndoorsError("cancelled");
    return answer;
  }

  /** What waits, oldest first. */
  list(): ApprovalRequest[] {
    return this.#pending.list();
  }

  /**
   * Answers a question, once.
   * @throws IndoorsError `not-found` when it does not wait any more; `input.invalid` for a scope it did not offer.
   */
  answer(id: string, answer: ApprovalAnswer): void {
    const request = this.#pending.get(id);
    if (request === undefined) {
      throw new IndoorsError(
        "not-found",
        `Nothing waits for that answer: ${id}. It was answered or its run has ended.`,
      );
    }
    const { scopes } = request;
    if (answer.decision === "allow" && !scopes.includes(answer.scope)) {
      throw new IndoorsError(
        "input.invalid",
        `The answer cannot be used: '${answer.scope}' was not offered. Choose one of ${scopes.join(", ")}.`,
      );
    }
    this.#pending.answer(id, answer);
  }

  /** Takes all questions back; those who asked get `cancelled`. */
  dispose(): void {
    this.#pending.dispose();
  }
}
