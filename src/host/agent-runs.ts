import { realpath } from "node:fs/promises";
import { runAgent } from "../agent/loop.ts";
import type { LanguageModel } from "../agent/ports.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { RunView } from "../shared/host-contract.ts";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import type { RunStatus, Step } from "../shared/run.ts";
import type { Grant } from "../shared/tool.ts";
import {
  addMessage,
  createConversation,
  getConversation,
  questionOfRun,
  renameConversation,
} from "../store/conversations.ts";
import type { Store } from "../store/open-store.ts";
import { listRecordings } from "../store/recordings.ts";
import {
  appendStep,
  createRun,
  finishRun,
  getRun,
  listRuns,
  listSteps,
  replaceRuns,
  setContextTokens,
} from "../store/runs.ts";
import { searchSegments } from "../store/search.ts";
import type { Broker } from "../tools/worker-process.ts";
import type { Approvals } from "./approvals.ts";
import { person } from "./audit.ts";
import type { AuditLog } from "./audit-log.ts";
import { grantWorld } from "./grant-world.ts";
import type { ModelLibrary } from "./model-library.ts";
import type { PolicyFile } from "./policy-file.ts";
import { runView } from "./run-view.ts";
import type { SealedTools } from "./sealed-tools.ts";
import { ToolCalls } from "./tool-calls.ts";
import { watchNames } from "./watch-names.ts";

/** The agent that policies and audit rows speak of. There is one. */
export const agentName = "assistant";

export interface AgentRunsOptions {
  readonly store: Store;
  readonly library: Pick<ModelLibrary, "choose" | "named">;
  /** Lends the model, loaded; waits while another one is in use. */
  readonly slot: {
    borrow(
      model: InstalledModel,
      device: DeviceChoice,
      signal: AbortSignal,
    ): Promise<{ readonly model: LanguageModel; giveBack(): void }>;
  };
  /** The tools that there are, and the sandbox they run in; opened when the first run needs it. */
  readonly sealedTools: () => Promise<Pick<SealedTools, "specs" | "report" | "launch" | "prepare">>;
  readonly policy: Pick<PolicyFile, "read" | "addOnTop">;
  readonly approvals: Pick<Approvals, "ask">;
  readonly audit: AuditLog;
  /** @throws IndoorsError for a grant that may not be given. */
  readonly checkGrants: (grants: readonly Grant[]) => Promise<void>;
  /** What the host asks models to hold in view; said of runs whose model was never loaded. */
  readonly contextTokens: number;
  /** A conversation is new, or has a new question. */
  readonly onAsked: () => void;
  readonly onStep: (runId: string, seq: number, step: Step) => void;
  readonly onText: (runId: string, text: string) => void;
  readonly onEnded: (runId: string, status: RunStatus) => void;
  readonly onLog: (line: string) => void;
}

export interface RunRequest {
  readonly question: string;
  readonly conversationId: string | null;
  readonly model: string | null;
  readonly grants: readonly Grant[];
  readonly device: DeviceChoice;
  /** The run whose question this is, edited: it and all after it go out of the model's view. */
  readonly replaces: string | null;
}

interface RunUnderWay {
  readonly conversationId: string;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/** Runs of the agent: each question is one. Every step is stored before anyone hears of it. */
export class AgentRuns {
  readonly #options: AgentRunsOptions;
  readonly #underWay = new Map<string, RunUnderWay>();

  constructor(options: AgentRunsOptions) {
    this.#options = options;
  }

  /**
   * Stores the question and begins. A conversation answers one question at a time.
   * @throws IndoorsError when there is no such model, conversation or grant; `input.invalid` when the conversation is
   * busy or the run it replaces is not one of its own.
   */
  async start(asked: RunRequest): Promise<{ runId: string; conversationId: string }> {
    const { library, audit, checkGrants, onAsked } = this.#options;
    const model = await library.choose("chat", asked.model);
    await checkGrants(asked.grants);
    // What a path means is settled now: the policy, the person who is asked and the worker speak of the same folder.
    const grants = await Promise.all(asked.grants.map(async (grant) => ({ ...grant, path: await realPath(grant) })));
    const request = { ...asked, grants };
    const { conversationId, runId, history } = this.#store(request, model);
    onAsked();
    const { question, device } = request;
    const recorded = audit.event({
      action: "run.start",
      actor: person(),
      runId,
      subject: model.name,
      facts: {
        ...{ agent: agentName, sha256: model.sha256, device },
        ...{ grants: grants.length, modes: grants.map(({ mode }) => mode).join(",") },
      },
      content: { question, grants: JSON.stringify(grants.map(({ path }) => path)) },
    });
    const controller = new AbortController();
    const ended = recorded.then(
      () => this.#run(runId, conversationId, request, model.name, history, controller.signal),
      (error: unknown) => this.#neverBegan(runId, question, error),
    );
    this.#underWay.set(runId, { conversationId, controller, ended });
    void ended.finally(() => this.#underWay.delete(runId));
    await recorded;
    return { runId, conversationId };
  }

  /** Stops a run; a run that has ended stays as it is. @throws IndoorsError `not-found` */
  async cancel(runId: string): Promise<void> {
    getRun(this.#options.store.reader, runId);
    const run = this.#underWay.get(runId);
    if (run !== undefined) await stop([run]);
  }

  /** Stops every run of a conversation. */
  async cancelAllOf(conversationId: string): Promise<void> {
    const runs = () => [...this.#underWay.values()].filter((run) => run.conversationId === conversationId);
    // One may be begun while the others end.
    for (let left = runs(); left.length > 0; left = runs()) await stop(left);
  }

  /**
   * Asks the same question again with the same model and grants, in the place of the old run.
   * @throws IndoorsError `not-found`, and what `start` throws
   */
  async retry(runId: string): Promise<{ runId: string; conversationId: string }> {
    const { reader } = this.#options.store;
    const { conversationId, model, device, grants } = getRun(reader, runId);
    const question = questionOfRun(reader, runId);
    if (question === "") throw new IndoorsError("not-found", `The run ${runId} has no question.`);
    return await this.start({ question, conversationId, model, grants, device, replaces: runId });
  }

  /** @throws IndoorsError `not-found` */
  get(runId: string): RunView {
    const { store, contextTokens } = this.#options;
    return runView(store.reader, getRun(store.reader, runId), contextTokens);
  }

  async dispose(): Promise<void> {
    await stop([...this.#underWay.values()]);
  }

  /** The question as rows, in one transaction, and the steps that the model sees of what came before it. */
  #store(
    { conversationId, question, grants, device, replaces }: RunRequest,
    model: InstalledModel,
  ): { readonly conversationId: string; readonly runId: string; readonly history: readonly Step[] } {
    const { writer } = this.#options.store;
    return writer.transaction(() => {
      const conversation =
        conversationId === null
          ? createConversation(writer, { title: titleOf(question) })
          : getConversation(writer, conversationId);
      const { id, title } = conversation;
      const busy = listRuns(writer, id).find(({ status }) => status === "running");
      if (busy !== undefined) {
        throw new IndoorsError(
          "input.invalid",
          `The question was not asked: ${title}. An earlier one in this conversation is still being answered. Wait for it, or stop it.`,
          { runId: busy.id },
        );
      }
      const run = createRun(writer, {
        ...{ conversationId: id, model: model.name, modelSha256: model.sha256, device, grants },
      });
      if (replaces !== null) replaceRuns(writer, { replaced: replaces, by: run.id });
      addMessage(writer, { conversationId: id, role: "user", text: question, runId: run.id });
      const before = listRuns(writer, id).filter((one) => one.replacedBy === null && one.id !== run.id);
      if (before.length === 0 && replaces !== null && title === titleOf(questionOfRun(writer, replaces))) {
        // Nobody gave it another title, so it goes on being the first question.
        renameConversation(writer, id, titleOf(question));
      }
      const history = before.flatMap((one) => listSteps(writer, one.id)).map(({ step }) => step);
      return { conversationId: id, runId: run.id, history };
    });
  }

  /** Ends a run that has no row in the audit log, and so may do nothing. */
  #neverBegan(runId: string, question: string, error: unknown): void {
    const { writer } = this.#options.store;
    appendStep(writer, runId, { kind: "question", text: question });
    appendStep(writer, runId, { kind: "stopped", reason: "audit", message: messageOf(error) });
    finishRun(writer, runId, "failed");
  }

  async #run(
    runId: string,
    conversationId: string,
    request: RunRequest,
    modelName: string,
    history: readonly Step[],
    signal: AbortSignal,
  ): Promise<void> {
    const { store, library, slot, sealedTools, policy, approvals, audit, onStep, onText, onEnded, onLog } =
      this.#options;
    const { grants } = request;
    const steps = [...history];
    const append = (step: Step) => {
      const stored = appendStep(store.writer, runId, step);
      steps.push(step);
      onStep(runId, stored.seq, step);
    };
    const today = localDay(new Date());
    let status: Exclude<RunStatus, "running"> = "failed";
    let calls: ToolCalls | undefined;
    let borrowed: { readonly model: LanguageModel; giveBack(): void } | undefined;
    try {
      const opened = sealedTools().then((tools) => {
        tools.prepare(grants);
        return tools;
      });
      // It is waited for below, when there is a model.
      opened.catch(() => {});
      borrowed = await slot.borrow(library.named(modelName), request.device, signal);
      const { model } = borrowed;
      const sealed = await opened;
      setContextTokens(store.writer, runId, model.contextTokens);
      const broker: Broker = { searchTranscripts: (params) => ({ hits: searchSegments(store.reader, params) }) };
      const watched = watchNames(grantWorld({ grants, recordings: () => listRecordings(store.reader), today }));
      calls = new ToolCalls({
        runId,
        agent: agentName,
        grants,
        tools: sealed.specs,
        steps: () => steps,
        names: watched.seen,
        policy,
        approvals,
        audit,
        sandbox: sealed.report,
        launch: (call, touched, callSignal) =>
          sealed.launch({ call, grants: touched, today, broker, signal: callSignal }),
        onDecision: (callId, decision) => append({ kind: "decision", callId, ...decision }),
      });
      const outcome = await runAgent({
        question: request.question,
        history,
        tools: sealed.specs,
        world: watched.world,
        model,
        runner: calls,
        policy: calls,
        log: { append: async (step) => append(step) },
        clock: { now: () => performance.now() },
        onText: (text) => onText(runId, text),
        signal,
      });
      status = outcome.status;
      if (outcome.status === "done") {
        addMessage(store.writer, { conversationId, role: "assistant", text: outcome.answer, runId });
      }
    } catch (error) {
      if (!(error instanceof IndoorsError)) onLog(`run ${runId}: ${(error as Error)?.stack ?? String(error)}`);
      // The model could not even be loaded: the loop never ran, so its steps are written here.
      if (listSteps(store.reader, runId).length === 0) {
        append({ kind: "question", text: request.question });
        append({ kind: "stopped", reason: signal.aborted ? "cancelled" : "engine", message: messageOf(error) });
      }
    } finally {
      // A run that was cancelled did not wait for what it had begun.
      await calls?.settled();
      borrowed?.giveBack();
      finishRun(store.writer, runId, status);
      onEnded(runId, status);
    }
  }
}

async function stop(runs: readonly RunUnderWay[]): Promise<void> {
  for (const { controller } of runs) controller.abort(new IndoorsError("cancelled"));
  await Promise.all(runs.map(({ ended }) => ended));
}

/** What a conversation is called until somebody gives it a title. */
function titleOf(question: string): string {
  return question.slice(0, 80);
}

async function realPath({ path }: Grant): Promise<string> {
  return await realpath(path).catch(() => {
    throw new IndoorsError(
      "file.unreadable",
      `The grant cannot be used: ${path} is not a folder any more. Name a folder that exists.`,
    );
  });
}

/** The day on this machine's calendar, ISO 8601. */
function localDay(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
