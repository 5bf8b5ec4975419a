import { realpath } from "node:fs/promises";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { AuditEntry } from "../shared/audit.ts";
import type { RunView } from "../shared/host-contract.ts";
import type { DeviceChoice } from "../shared/model.ts";
import type { RunStatus } from "../shared/run.ts";
import type { Grant } from "../shared/tool.ts";
import { getAgent } from "../store/agents.ts";
import { questionOfRun } from "../store/conversations.ts";
import { appendStep, finishRun, getRun } from "../store/runs.ts";
import { type Answered, answerQuestion, type AnsweringOptions } from "./answer-question.ts";
import { person } from "./audit.ts";
import { runView } from "./run-view.ts";
import { type StoredQuestion, storeQuestion } from "./store-question.ts";

export interface AgentRunsOptions extends AnsweringOptions {
  /** @throws IndoorsError for a grant that may not be given. */
  readonly checkGrants: (grants: readonly Grant[]) => Promise<void>;
  /** What the host asks models to hold in view; said of runs whose model was never loaded. */
  readonly contextTokens: number;
  /** A conversation is new, or has a new question. */
  readonly onAsked: () => void;
  readonly onEnded: (runId: string, status: RunStatus) => void;
}

export interface RunRequest {
  readonly question: string;
  readonly conversationId: string | null;
  /** By id. */
  readonly agent: string;
  /** Null: the agent's own, or the best there is. */
  readonly model: string | null;
  readonly grants: readonly Grant[];
  readonly device: DeviceChoice;
  /** The run whose question this is, edited: it and all after it go out of the model's view. */
  readonly replaces: string | null;
}

interface RunUnderWay {
  readonly conversationId: string;
  readonly agent: string;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Runs of the agents: each question is one. A question that an agent hands over is another run, of the other agent,
 * with nothing but the task.
 */
export class AgentRuns {
  readonly #options: AgentRunsOptions;
  readonly #underWay = new Map<string, RunUnderWay>();
  #closing = false;

  constructor(options: AgentRunsOptions) {
    this.#options = options;
  }

  /**
   * Stores the question and begins. A conversation answers one question at a time.
   * @throws IndoorsError when there is no such agent, model, conversation or grant; `input.invalid` when the
   * conversation is busy or the run it replaces is not one of its own.
   */
  async start(asked: RunRequest): Promise<{ runId: string; conversationId: string }> {
    const { store, library, checkGrants, onAsked } = this.#options;
    const { model: own } = getAgent(store.reader, asked.agent);
    const model = await library.choose("chat", asked.model ?? own);
    await checkGrants(asked.grants);
    // What a path means is settled now: the policy, the person who is asked and the worker speak of the same folder.
    const grants = await Promise.all(asked.grants.map(async (grant) => ({ ...grant, path: await realPath(grant) })));
    const stored = storeQuestion(store.writer, { ...asked, model, grants });
    onAsked();
    await this.#begin(stored, person());
    return { runId: stored.run.id, conversationId: stored.run.conversationId };
  }

  /** Stops a run; a run that has ended stays as it is. @throws IndoorsError `not-found` */
  async cancel(runId: string): Promise<void> {
    getRun(this.#options.store.reader, runId);
    const run = this.#underWay.get(runId);
    if (run !== undefined) await stop([run]);
  }

  /** Stops every run of a conversation. */
  async cancelAllOf(conversationId: string): Promise<void> {
    await this.#stopAll((run) => run.conversationId === conversationId);
  }

  /** Stops every run of an agent. */
  async cancelAllOfAgent(agent: string): Promise<void> {
    await this.#stopAll((run) => run.agent === agent);
  }

  /**
   * Asks the same question again of the same agent, with the same model and grants, in the place of the old run.
   * @throws IndoorsError `not-found`, and what `start` throws
   */
  async retry(runId: string): Promise<{ runId: string; conversationId: string }> {
    const { reader } = this.#options.store;
    const { conversationId, agent, model, device, grants } = getRun(reader, runId);
    const question = questionOfRun(reader, runId);
    if (question === "") throw new IndoorsError("not-found", `The run ${runId} has no question.`);
    return await this.start({ question, conversationId, agent, model, grants, device, replaces: runId });
  }

  /** @throws IndoorsError `not-found` */
  get(runId: string): RunView {
    const { store, contextTokens } = this.#options;
    return runView(store.reader, getRun(store.reader, runId), contextTokens);
  }

  async dispose(): Promise<void> {
    this.#closing = true;
    await this.#stopAll(() => true);
  }

  /** Begins once the row is written. Rejects when it cannot be: then the run has failed and did nothing. */
  async #begin(stored: StoredQuestion, actor: AuditEntry["actor"]): Promise<void> {
    const { id: runId, conversationId, agent, model, modelSha256, device, grants, handedOverBy } = stored.run;
    const recorded = this.#options.audit.event({
      ...{ action: "run.start", actor, runId, subject: model },
      facts: {
        ...{ agent, sha256: modelSha256, device, handedOverBy },
        ...{ grants: grants.length, modes: grants.map(({ mode }) => mode).join(",") },
      },
      content: { question: stored.question, grants: JSON.stringify(grants.map(({ path }) => path)) },
    });
    const controller = new AbortController();
    const ended = recorded.then(
      () => this.#run(stored, controller.signal),
      (error: unknown) => this.#neverBegan(stored, error),
    );
    this.#underWay.set(runId, { conversationId, agent, controller, ended });
    void ended.finally(() => this.#underWay.delete(runId));
    await recorded;
  }

  async #run(stored: StoredQuestion, signal: AbortSignal): Promise<void> {
    const { onEnded, onAsked } = this.#options;
    const answered = await answerQuestion(this.#options, stored, signal);
    const next = this.#finish(stored, answered, signal.aborted || this.#closing);
    onEnded(stored.run.id, answered.status);
    if (next === undefined) return;
    onAsked();
    // What cannot begin has said so in its steps.
    this.#begin(next, { kind: "agent", name: stored.run.agent }).catch(() => {});
  }

  /** Ends the run and stores the question it handed over: nobody else's comes between. */
  #finish({ run }: StoredQuestion, { status, handOver }: Answered, ends: boolean): StoredQuestion | undefined {
    const { writer } = this.#options.store;
    return writer.transaction(() => {
      finishRun(writer, run.id, status);
      if (handOver === undefined || ends) return undefined;
      return storeQuestion(writer, {
        ...{ question: handOver.task, conversationId: run.conversationId, agent: handOver.agent.id },
        ...{ model: handOver.model, device: run.device, replaces: null },
        // It carries no rights along.
        grants: [],
        handedOver: { by: run.id, taint: handOver.taint },
      });
    });
  }

  /** Ends a run that has no row in the audit log, and so may do nothing. */
  #neverBegan({ run, question }: StoredQuestion, error: unknown): void {
    const { store, onEnded } = this.#options;
    appendStep(store.writer, run.id, { kind: "question", text: question });
    appendStep(store.writer, run.id, { kind: "stopped", reason: "audit", message: messageOf(error) });
    finishRun(store.writer, run.id, "failed");
    onEnded(run.id, "failed");
  }

  async #stopAll(which: (run: RunUnderWay) => boolean): Promise<void> {
    const runs = () => [...this.#underWay.values()].filter(which);
    // One may be begun while the others end.
    for (let left = runs(); left.length > 0; left = runs()) await stop(left);
  }
}

async function stop(runs: readonly RunUnderWay[]): Promise<void> {
  for (const { controller } of runs) controller.abort(new IndoorsError("cancelled"));
  await Promise.all(runs.map(({ ended }) => ended));
}

async function realPath({ path }: Grant): Promise<string> {
  return await realpath(path).catch(() => {
    throw new IndoorsError(
      "file.unreadable",
      `The grant cannot be used: ${path} is not a folder any more. Name a folder that exists.`,
    );
  });
}
