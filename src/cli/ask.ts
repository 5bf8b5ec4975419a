import { firstAgent } from "../shared/agent.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { RunView } from "../shared/host-contract.ts";
import type { ElicitationRequest } from "../shared/mcp.ts";
import type { Step } from "../shared/run.ts";
import type { Grant } from "../shared/tool.ts";
import type { ApprovalRequest } from "../shared/approval.ts";
import { readGrants } from "../host/grant-world.ts";
import { harmlessText } from "../host/harmless-text.ts";
import { type Approver, approveOption, readApprover } from "./approver.ts";
import { type Command, type CommandContext, type HostClient, UsageError } from "./command.ts";
import { deviceOption, readDevice } from "./device-option.ts";
import { exitCodes } from "./exit-codes.ts";
import { durationInWords } from "./words.ts";

/** `indoors ask`: one question to an agent. */
export const ask: Command = {
  summary: "ask an agent a question about your folders and recordings",
  usage:
    'ask "QUESTION" [--agent ID] [--model NAME] [--grant FOLDER[:rw]]… [--approve ask|deny|allow|FILE] [--device auto|cpu|vulkan|cuda|metal] [--json]',
  options: {
    agent: { type: "string" },
    model: { type: "string" },
    grant: { type: "string", multiple: true },
    ...approveOption,
    ...deviceOption,
  },
  async run(context) {
    const question = context.positionals.join(" ").trim();
    if (question === "") throw new UsageError("Write the question in quotation marks.");
    const grants = await readGrants(context.texts("grant"));
    const approver = await readApprover(context);
    let runs: readonly RunView[];
    try {
      const host = await context.host();
      const asked = {
        question,
        agent: context.text("agent") ?? firstAgent,
        model: context.text("model") ?? null,
        grants,
      };
      runs = await askAgent(host, asked, context, approver);
    } finally {
      approver.dispose();
    }
    const run = runs.at(-1);
    const answer = run?.steps.findLast((step) => step.kind === "answer")?.text ?? null;
    context.terminal.document({ question, answer, run, handedOver: runs.slice(0, -1) });
    return answer === null ? exitCodes.noAnswer : exitCodes.ok;
  },
};

/**
 * Asks, shows every step as it is stored, lets `approver` answer what is asked back, and returns the run when it has
 * ended, after those that handed the question on to it. Shared with the tour.
 */
export async function askAgent(
  host: HostClient,
  request: {
    readonly question: string;
    readonly agent: string;
    readonly model: string | null;
    readonly grants: readonly Grant[];
  },
  context: CommandContext,
  approver: Approver,
): Promise<readonly RunView[]> {
  const { terminal, signal } = context;
  const started = Promise.withResolvers<void>();
  let runId: string | undefined;
  let ended = Promise.withResolvers<void>();
  let early: { runId: string; step?: Step }[] = [];
  const see = (event: { runId: string; step?: Step }) => {
    if (event.runId !== runId) return void early.push(event);
    if (event.step === undefined) ended.resolve();
    else for (const line of describeStep(event.step)) terminal.print(harmlessText(line));
  };
  const ours = new Set<string>();
  /** Whether we began a run, or whoever handed it over. */
  const isOurs = async (id: string): Promise<boolean> => {
    if (ours.has(id)) return true;
    const { handedOverBy } = await host.call("runs.get", { id });
    return handedOverBy !== null && (await isOurs(handedOverBy));
  };
  /** Shows a run to its end. */
  const follow = async (id: string): Promise<RunView> => {
    ours.add(id);
    [runId, ended] = [id, Promise.withResolvers<void>()];
    const before = early;
    early = [];
    for (const event of before) see(event);
    if (signal.aborted) onAbort();
    await ended.promise;
    if (signal.aborted) throw new IndoorsError("cancelled");
    return await host.call("runs.get", { id });
  };
  const asked = new Map<string, AbortController>();
  let answered: Promise<void> = Promise.resolve();
  const answerOne = async (approval: ApprovalRequest, gone: AbortSignal) => {
    await started.promise;
    // A run belongs to whoever began it: another's questions are not answered here.
    if (gone.aborted || !(await isOurs(approval.runId))) return;
    const answer = await approver.answer(approval, gone).catch((error: unknown) => {
      if (gone.aborted) throw error;
      terminal.say(`Not allowed: the answer could not be read (${messageOf(error)}).`);
      return { decision: "deny", scope: "call", by: "terminal" } as const;
    });
    if (!gone.aborted) await host.call("approvals.answer", { id: approval.id, answer });
  };
  const fillOne = async (form: ElicitationRequest, gone: AbortSignal) => {
    await started.promise;
    if (gone.aborted || (form.runId !== null && !(await isOurs(form.runId)))) return;
    const answer = await approver.fill(form, gone).catch((error: unknown) => {
      if (gone.aborted) throw error;
      terminal.say(`Declined: the form could not be read (${messageOf(error)}).`);
      return { action: "decline" } as const;
    });
    if (!gone.aborted) await host.call("elicitations.answer", { id: form.id, answer });
  };
  // One at a time, in order. Only a question that was taken back meanwhile rejects.
  const inTurn = (id: string, work: (gone: AbortSignal) => Promise<void>) => {
    const gone = new AbortController();
    asked.set(id, gone);
    answered = answered.then(() => work(gone.signal)).catch(() => {});
  };
  const stops = [
    host.on("run.step", see),
    host.on("run.ended", (event) => see({ runId: event.runId })),
    host.on("run.text", ({ text }) =>
      terminal.progress(`writing: ${harmlessText(text).replaceAll(/\s+/g, " ").slice(-70)}`),
    ),
    host.on("run.progress", ({ progress, total, message }) =>
      terminal.progress(
        harmlessText(`${message ?? "the server works"}: ${progress}${total === null ? "" : ` of ${total}`}`),
      ),
    ),
    host.on("approval.requested", (approval) => inTurn(approval.id, (gone) => answerOne(approval, gone))),
    host.on("approval.closed", ({ id }) => asked.get(id)?.abort()),
    host.on("elicitation.requested", (form) => inTurn(form.id, (gone) => fillOne(form, gone))),
    host.on("elicitation.closed", ({ id }) => asked.get(id)?.abort()),
  ];
  const onAbort = () => {
    if (runId !== undefined) void host.call("runs.cancel", { id: runId }).catch(() => {});
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const { runId: first, conversationId } = await host.call(
      "runs.start",
      { ...request, grants: [...request.grants], conversationId: null, device: readDevice(context), replaces: null },
      { signal },
    );
    ours.add(first);
    started.resolve();
    const runs: RunView[] = [];
    for (let next: string | undefined = first; next !== undefined;) {
      const run = await follow(next);
      runs.push(run);
      const { runs: all } = await host.call("conversations.get", { id: conversationId });
      next = all.find(({ handedOverBy }) => handedOverBy === run.id)?.id;
    }
    return runs;
  } finally {
    for (const gone of asked.values()) gone.abort();
    signal.removeEventListener("abort", onAbort);
    for (const stop of stops) stop();
  }
}

/** A step in words. */
export function describeStep(step: Step): readonly string[] {
  switch (step.kind) {
    case "question":
      return [`Question: ${step.text}`];
    case "call": {
      const written = Object.entries(step.call.arguments).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
      const took = step.timing ? `  (${timing(step.timing)})` : "";
      return [`Tool call: ${step.call.tool}(${written.join(", ")})${took}`];
    }
    case "decision": {
      const what = step.about === "changes" ? "Writing the changes" : "The call";
      if (step.decision === "deny") return [`${what} was refused: ${step.reason}`];
      return step.by === undefined ? [] : [`${what} was allowed: ${step.reason}`];
    }
    case "result":
      return [
        `${step.outcome.ok ? "Result" : "The tool failed"} (${durationInWords(step.ms)}):`,
        ...clip(step.outcome.text, 12).map((line) => `  │ ${line}`),
      ];
    case "malformed":
      return [`The model wrote something unusable: ${step.error}`, ...clip(step.text, 3).map((line) => `  │ ${line}`)];
    case "compacted":
      return ["Older results were taken out of the model's view to make room."];
    case "answer":
      return [`Answer: ${step.text}`, ...(step.timing ? [`  (${timing(step.timing)})`] : [])];
    case "stopped":
      return [`Stopped: ${step.message}`];
  }
}

function timing(of: NonNullable<Extract<Step, { kind: "answer" }>["timing"]>): string {
  const rate = of.totalMs > of.firstTokenMs ? (of.generatedTokens / (of.totalMs - of.firstTokenMs)) * 1000 : 0;
  const speed = rate > 0 ? `, ${rate.toFixed(1)} tokens/s` : "";
  return `${durationInWords(of.totalMs)}: ${of.evaluatedTokens} of ${of.promptTokens} prompt tokens read, ${of.generatedTokens} written${speed}`;
}

function clip(text: string, lines: number): string[] {
  const all = text.split("\n").map((line) => (line.length > 160 ? `${line.slice(0, 159)}…` : line));
  return all.length <= lines ? all : [...all.slice(0, lines), `… ${all.length - lines} more lines`];
}
