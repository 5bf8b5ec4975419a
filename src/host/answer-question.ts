import { runAgent } from "../agent/loop.ts";
import { taintOf } from "../agent/policy/taint.ts";
import type { LanguageModel } from "../agent/ports.ts";
import { shortlist } from "../agent/shortlist.ts";
import type { Agent } from "../shared/agent.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import type { RunStatus, Step } from "../shared/run.ts";
import { getAgent } from "../store/agents.ts";
import { addMessage } from "../store/conversations.ts";
import type { Store } from "../store/open-store.ts";
import { listRecordings } from "../store/recordings.ts";
import { appendStep, listSteps, setContextTokens } from "../store/runs.ts";
import { searchSegments } from "../store/search.ts";
import type { Broker } from "../tools/worker-process.ts";
import type { Approvals } from "./approvals.ts";
import type { AuditLog } from "./audit-log.ts";
import { grantWorld } from "./grant-world.ts";
import { type HandOver, handOverTargets, handOverTool, HandingOver } from "./hand-over.ts";
import type { McpServers } from "./mcp/servers.ts";
import type { ModelLibrary } from "./model-library.ts";
import type { PolicyFile } from "./policy-file.ts";
import { runTools } from "./run-tools.ts";
import type { SealedTools } from "./sealed-tools.ts";
import type { StoredQuestion } from "./store-question.ts";
import { ToolCalls } from "./tool-calls.ts";
import { watchNames } from "./watch-names.ts";

export interface AnsweringOptions {
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
  /** MCP servers, and the tools of theirs that a person approved. */
  readonly servers: Pick<McpServers, "specs" | "call">;
  readonly policy: Pick<PolicyFile, "read" | "addOnTop">;
  readonly approvals: Pick<Approvals, "ask">;
  readonly audit: AuditLog;
  readonly onStep: (runId: string, seq: number, step: Step) => void;
  readonly onText: (runId: string, text: string) => void;
  readonly onLog: (line: string) => void;
}

/** How a run went. What was handed over begins when the run has ended, and only when it is done. */
export interface Answered {
  readonly status: Exclude<RunStatus, "running">;
  readonly handOver: HandOver | undefined;
}

/** Has the run's agent answer its question. Every step is stored before anyone hears of it. Rejects for nothing. */
export async function answerQuestion(
  options: AnsweringOptions,
  { run, question, history, taint: inherited }: StoredQuestion,
  signal: AbortSignal,
): Promise<Answered> {
  const { store, library, slot, sealedTools, servers, policy, approvals, audit, onStep, onText, onLog } = options;
  const { id: runId, grants } = run;
  const steps = [...history];
  const append = (step: Step) => {
    const stored = appendStep(store.writer, runId, step);
    steps.push(step);
    onStep(runId, stored.seq, step);
  };
  const today = localDay(new Date());
  let calls: ToolCalls | undefined;
  let borrowed: { readonly model: LanguageModel; giveBack(): void } | undefined;
  try {
    const agent = getAgent(store.reader, run.agent);
    const opened = sealedTools().then((tools) => {
      tools.prepare(grants);
      return tools;
    });
    // It is waited for below, when there is a model.
    opened.catch(() => {});
    borrowed = await slot.borrow(library.named(run.model), run.device, signal);
    const { model } = borrowed;
    const sealed = await opened;
    setContextTokens(store.writer, runId, model.contextTokens);
    const broker: Broker = { searchTranscripts: (params) => ({ hits: searchSegments(store.reader, params) }) };
    const watched = watchNames(grantWorld({ grants, recordings: () => listRecordings(store.reader), today }));
    const names = () => [...inherited, ...watched.seen()];
    const handing = new HandingOver({
      ...{ run, audit, targets: handOverTargets(store.reader, run), sandbox: sealed.report },
      // Without a model of its own, it answers with the one that is loaded.
      modelOf: ({ model: own }: Agent) => library.choose("chat", own ?? run.model),
      taint: () => [...taintOf(steps, tools), ...names()],
    });
    const here = runTools({
      ...{ sealed, servers, today, broker },
      run: { runId, agent: agent.id, model, modelName: run.model },
    });
    const tools = [...here.specs, ...handing.specs];
    calls = new ToolCalls({
      ...{ runId, agent: agent.id, grants, tools, names, policy, approvals, audit, sandbox: sealed.report },
      steps: () => steps,
      launch: (call, touched, callSignal) =>
        call.tool === handOverTool ? handing.launch(call) : here.launch(call, touched, callSignal),
      onDecision: (callId, decision) => append({ kind: "decision", callId, ...decision }),
    });
    const outcome = await runAgent({
      ...{ question, prompt: agent.prompt, history, world: watched.world, model, signal },
      tools: shortlist(tools, question, model, usedTools(history)),
      runner: calls,
      policy: calls,
      log: { append: async (step) => append(step) },
      clock: { now: () => performance.now() },
      settled: () => handing.answer(),
      onText: (text) => onText(runId, text),
    });
    if (outcome.status !== "done") return { status: outcome.status, handOver: undefined };
    addMessage(store.writer, {
      ...{ conversationId: run.conversationId, role: "assistant", text: outcome.answer, runId },
    });
    return { status: "done", handOver: handing.made };
  } catch (error) {
    if (!(error instanceof IndoorsError)) onLog(`run ${runId}: ${(error as Error)?.stack ?? String(error)}`);
    // The model could not even be loaded: the loop never ran, so its steps are written here.
    if (listSteps(store.reader, runId).length === 0) {
      append({ kind: "question", text: question });
      append({ kind: "stopped", reason: signal.aborted ? "cancelled" : "engine", message: messageOf(error) });
    }
    return { status: "failed", handOver: undefined };
  } finally {
    // A run that was cancelled did not wait for what it had begun.
    await calls?.settled();
    borrowed?.giveBack();
  }
}

function usedTools(steps: readonly Step[]): ReadonlySet<string> {
  return new Set(steps.flatMap((step) => (step.kind === "call" ? [step.call.tool] : [])));
}

/** The day on this machine's calendar, ISO 8601. */
function localDay(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
