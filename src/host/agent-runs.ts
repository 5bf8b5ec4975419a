import { realpath } from "node:fs/promises";
import { runAgent } from "../agent/loop.ts";
import type { LanguageModel } from "../agent/ports.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { RunView } from "../shared/host-contract.ts";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import type { RunStatus, Step } from "../shared/run.ts";
import type { Grant } from "../shared/tool.ts";
import { addMessage, createConversation, getConversation } from "../store/conversations.ts";
import type { Store } from "../store/open-store.ts";
import { listRecordings } from "../store/recordings.ts";
import { appendStep, createRun, finishRun, getRun, listRuns, listSteps } from "../store/runs.ts";
import { searchSegments } from "../store/search.ts";
import type { Broker } from "../tools/worker-process.ts";
import type { Approvals } from "./approvals.ts";
import { person } from "./audit.ts";
import type { AuditLog } from "./audit-log.ts";
import { grantWorld } from "./grant-world.ts";
import type { ModelLibrary } from "./model-library.ts";
import type { PolicyFile } from "./policy-file.ts";
import type { SealedTools } from "./sealed-tools.ts";
import { ToolCalls } from "./tool-calls.ts";
import { watchNames } from "./watch-names.ts";

/** The agent that policies and audit rows speak of. There is one. */
export const agentName = "assistant";

export interface AgentRunsOptions {
  readonly store: Store;
  readonly library: Pick<ModelLibrary, "choose" | "named">;
  /** Gives the model, loaded. */
  readonly slot: { get(model: InstalledModel, device: DeviceChoice): Promise<LanguageModel> };
  /** The tools that there are, and the sandbox they run in; opened when the first run needs it. */
  readonly sealedTools: () => Promise<Pick<SealedTools, "specs" | "report" | "launch" | "prepare">>;
  readonly policy: PolicyFile;
  readonly approvals: Pick<Approvals, "ask">;
  readonly audit: AuditLog;
  /** @throws IndoorsError for a grant that may not be given. */
  readonly checkGrants: (grants: readonly Grant[]) => Promise<void>;
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
}

/** Runs of the agent: each question is one. Every step is stored before anyone hears of it. */
export class AgentRuns {
  readonly #options: AgentRunsOptions;
  readonly #underWay = new Map<string, { readonly controller: AbortController; readonly ended: Promise<void> }>();

  constructor(options: AgentRunsOptions) {
    this.#options = options;
  }

  /** Stores the question and begins. @throws IndoorsError when there is no such model, conversation or grant. */
  async start(asked: RunRequest): Promise<{ runId: string; conversationId: string }> {
    const { store, library, audit, checkGrants } = this.#options;
    const model = await library.choose("chat", asked.model);
    await checkGrants(asked.grants);
    // What a path means is settled now: the policy, the person who is asked and the worker speak of the same folder.
    const grants = await Promise.all(asked.grants.map(async (grant) => ({ ...grant, path: await realPath(grant) })));
    const request = { ...asked, grants };
    const { conversationId, runId, history } = store.writer.transaction(() => {
      const conversation =
        request.conversationId === null
          ? createConversation(store.writer, { title: request.question.slice(0, 80) })
          : getConversation(store.writer, request.conversationId);
      const earlier = listRuns(store.writer, conversation.id).flatMap((run) => listSteps(store.writer, run.id));
      const { device } = request;
      const run = createRun(store.writer, {
        conversationId: conversation.id,
        model: model.name,
        modelSha256: model.sha256,
        device,
        grants,
      });
      addMessage(store.writer, {
        conversationId: conversation.id,
        role: "user",
        text: request.question,
        runId: run.id,
      });
      return { conversationId: conversation.id, runId: run.id, history: earlier.map(({ step }) => step) };
    });
    const { question } = request;
    try {
      await audit.event({
        action: "run.start",
        actor: person(),
        runId,
        subject: model.name,
        facts: {
          ...{ agent: agentName, sha256: model.sha256, device: request.device },
          ...{ grants: grants.length, modes: grants.map(({ mode }) => mode).join(",") },
        },
        content: { question, grants: JSON.stringify(grants.map(({ path }) => path)) },
      });
    } catch (error) {
      appendStep(store.writer, runId, { kind: "question", text: question });
      appendStep(store.writer, runId, { kind: "stopped", reason: "audit", message: messageOf(error) });
      finishRun(store.writer, runId, "failed");
      throw error;
    }
    const controller = new AbortController();
    const ended = this.#run(runId, conversationId, request, model.name, history, controller.signal);
    this.#underWay.set(runId, { controller, ended });
    void ended.finally(() => this.#underWay.delete(runId));
    return { runId, conversationId };
  }

  /** Stops a run; a run that has ended stays as it is. @throws IndoorsError `not-found` */
  async cancel(runId: string): Promise<void> {
    getRun(this.#options.store.reader, runId);
    const run = this.#underWay.get(runId);
    run?.controller.abort(new IndoorsError("cancelled"));
    await run?.ended;
  }

  /** Asks the same question again with the same model and grants. @throws IndoorsError `not-found` */
  async retry(runId: string): Promise<{ runId: string; conversationId: string }> {
    const view = this.get(runId);
    const { device, grants } = getRun(this.#options.store.reader, runId);
    const question = view.steps.find((step) => step.kind === "question")?.text;
    if (question === undefined) throw new IndoorsError("not-found", `The run ${runId} has no question.`);
    return await this.start({ question, conversationId: view.conversationId, model: view.model, grants, device });
  }

  /** @throws IndoorsError `not-found` */
  get(runId: string): RunView {
    const { reader } = this.#options.store;
    const { id, conversationId, status, model, modelSha256 } = getRun(reader, runId);
    const steps = listSteps(reader, id).map(({ step }) => step);
    return { id, conversationId, status, model, modelSha256, steps };
  }

  async dispose(): Promise<void> {
    for (const { controller } of this.#underWay.values()) controller.abort(new IndoorsError("cancelled"));
    await Promise.all([...this.#underWay.values()].map(({ ended }) => ended));
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
    try {
      const opened = sealedTools().then((tools) => {
        tools.prepare(grants);
        return tools;
      });
      const [model, sealed] = await Promise.all([slot.get(library.named(modelName), request.device), opened]);
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
      finishRun(store.writer, runId, status);
      onEnded(runId, status);
    }
  }
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
