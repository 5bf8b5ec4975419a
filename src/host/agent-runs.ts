import { runAgent } from "../agent/loop.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { RunView } from "../shared/host-contract.ts";
import type { DeviceChoice } from "../shared/model.ts";
import type { RunStatus, Step } from "../shared/run.ts";
import type { Grant, ToolSpec } from "../shared/tool.ts";
import { addMessage, createConversation, getConversation } from "../store/conversations.ts";
import type { Store } from "../store/open-store.ts";
import { listRecordings } from "../store/recordings.ts";
import { appendStep, createRun, finishRun, getRun, listRuns, listSteps } from "../store/runs.ts";
import { searchSegments } from "../store/search.ts";
import { launchTool } from "../tools/launch.ts";
import { tools } from "../tools/registry.ts";
import { grantWorld } from "./grant-world.ts";
import type { LlmSlot } from "./llm-slot.ts";
import type { ModelLibrary } from "./model-library.ts";

export interface AgentRunsOptions {
  readonly store: Store;
  readonly library: ModelLibrary;
  readonly slot: LlmSlot;
  readonly nodePath: string;
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

  /** Stores the question and begins. @throws IndoorsError when there is no such model or conversation. */
  async start(request: RunRequest): Promise<{ runId: string; conversationId: string }> {
    const { store, library } = this.#options;
    const model = await library.choose("chat", request.model);
    const { conversationId, runId, history } = store.writer.transaction(() => {
      const conversation =
        request.conversationId === null
          ? createConversation(store.writer, { title: request.question.slice(0, 80) })
          : getConversation(store.writer, request.conversationId);
      const earlier = listRuns(store.writer, conversation.id).flatMap((run) => listSteps(store.writer, run.id));
      const { device, grants } = request;
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
    const { store, library, slot, nodePath, onStep, onText, onEnded, onLog } = this.#options;
    const append = (step: Step) => {
      const stored = appendStep(store.writer, runId, step);
      onStep(runId, stored.seq, step);
    };
    const today = localDay(new Date());
    let status: Exclude<RunStatus, "running"> = "failed";
    try {
      const model = await slot.get(library.named(modelName), request.device);
      const outcome = await runAgent({
        question: request.question,
        history,
        tools: tools.map(({ spec }) => spec),
        world: grantWorld({ grants: request.grants, recordings: () => listRecordings(store.reader), today }),
        model,
        runner: {
          run: (call, callSignal) =>
            launchTool({
              call,
              grants: request.grants,
              today,
              nodePath,
              signal: callSignal,
              broker: {
                searchTranscripts: (params) => ({ hits: searchSegments(store.reader, params) }),
              },
              onFault: (fault, where) => onLog(`tool ${call.tool}: ${where}: ${messageOf(fault)}`),
            }),
        },
        policy: { decide: async (call) => decide(tools.find(({ spec }) => spec.name === call.tool)?.spec) },
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
      finishRun(store.writer, runId, status);
      onEnded(runId, status);
    }
  }
}

/** What reads may run; what writes or runs waits for the sealed tools. */
function decide(tool: ToolSpec | undefined): { decision: "allow" | "deny"; reason: string } {
  if (tool?.effect === "read") return { decision: "allow", reason: "It only reads, inside the grants." };
  return { decision: "deny", reason: "Only tools that read may run." };
}

/** The day on this machine's calendar, ISO 8601. */
function localDay(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
