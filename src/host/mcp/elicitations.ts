import { randomUUID } from "node:crypto";
import { IndoorsError, throwIfCancelled } from "../../shared/errors.ts";
import type { ElicitationAnswer, ElicitationRequest } from "../../shared/mcp.ts";
import { person } from "../audit.ts";
import type { AuditLog } from "../audit-log.ts";
import { PendingQuestions } from "../pending-questions.ts";
import { checkForm } from "./check-form.ts";

export interface ElicitationsOptions {
  readonly audit: AuditLog;
  readonly onRequested: (request: ElicitationRequest) => void;
  readonly onClosed: (id: string) => void;
  /** How long a form waits for a person before it is declined. Default ten minutes. */
  readonly patienceMs?: number;
}

const tenMinutesMs = 600_000;
/** What a server could want to ask at once. More would bury whoever sits here. */
const mostWaiting = 20;

/**
 * The forms that wait for a person. They live in memory: a form whose server has ended has no meaning. What is entered
 * goes to the server that asked and is kept nowhere.
 */
export class Elicitations {
  readonly #options: ElicitationsOptions;
  readonly #pending = new PendingQuestions<ElicitationRequest, ElicitationAnswer>();

  constructor(options: ElicitationsOptions) {
    this.#options = options;
  }

  /**
   * Shows a form, and waits for the answer. Declined when nobody answers for ten minutes.
   * @throws IndoorsError `cancelled` when the signal fires or the host stops; `audit.unwritable`: nothing is sent then.
   */
  async ask(question: Omit<ElicitationRequest, "id" | "askedAt">, signal: AbortSignal): Promise<ElicitationAnswer> {
    throwIfCancelled(signal);
    const { audit, onRequested, onClosed, patienceMs = tenMinutesMs } = this.#options;
    if (this.#pending.size >= mostWaiting) return { action: "decline" };
    const request = { ...question, id: randomUUID(), askedAt: new Date().toISOString() };
    const late = { afterMs: patienceMs, answer: { action: "decline" } } as const;
    const closed = ({ id }: ElicitationRequest) => onClosed(id);
    const answer = await this.#pending.ask(request, { onRequested, onClosed: closed, late }, signal);
    const filled = answer?.action === "accept" ? Object.keys(answer.values) : [];
    await audit.event({
      action: "server.form",
      actor: person(),
      runId: request.runId,
      subject: request.server,
      facts: {
        kind: request.serverKind,
        action: answer?.action ?? "gone",
        fields: request.fields.length,
        filled: filled.length,
      },
      content: { message: request.message, fields: JSON.stringify(filled) },
    });
    if (answer === null) throw new IndoorsError("cancelled");
    return answer;
  }

  /** What waits, oldest first. */
  list(): ElicitationRequest[] {
    return this.#pending.list();
  }

  /**
   * Answers a form, once.
   * @throws IndoorsError `not-found` when it does not wait any more; `input.invalid` when a field does not fit: it waits on.
   */
  answer(id: string, answer: ElicitationAnswer): void {
    const request = this.#pending.get(id);
    if (request === undefined) {
      throw new IndoorsError(
        "not-found",
        `Nothing waits for that form: ${id}. It was answered, or its server is gone.`,
      );
    }
    const { fields } = request;
    const checked = answer.action === "accept" ? { ...answer, values: checkForm(fields, answer.values) } : answer;
    this.#pending.answer(id, checked);
  }

  /** Takes all forms back; those who asked get `cancelled`. */
  dispose(): void {
    this.#pending.dispose();
  }
}
