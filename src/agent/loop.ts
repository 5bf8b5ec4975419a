import { throwIfCancelled } from "../shared/errors.ts";
import type { ToolCall, ToolOutcome } from "../shared/tool.ts";
import { type AgentOutcome, type AgentRun, defaultLimits, defaultStrategy } from "./agent-run.ts";
import { cancellable } from "./cancellable.ts";
import { exchangesOf } from "./history.ts";
import { lookAround, nextTurn, resultsOf } from "./next-turn.ts";
import { repeatedCode, repeatedNote } from "./prompt.ts";
import { type StepRecorder, stepRecorder } from "./step-recorder.ts";
import { stopOf, StopRun, unrecordedCode } from "./stop-run.ts";
import type { Step } from "../shared/run.ts";

/**
 * Answers one question: asks the model for a move, lets the policy decide, runs the tool, shows the model the result,
 * until there is an answer or an honest reason why there is none. Every step is stored before anything follows from
 * it. Ends with `done`, with `stopped` (cancelled, a limit, no usable reply, context full) or with `failed` (engine,
 * tool worker, audit log); the last step says which. Rejects only for a bug or when the step log rejects.
 */
export async function runAgent(run: AgentRun): Promise<AgentOutcome> {
  const record = stepRecorder(run);
  try {
    await record.append({ kind: "question", text: run.question });
    return { status: "done", answer: await answerQuestion(run, record) };
  } catch (thrown) {
    if (record.broken) throw thrown;
    const { reason, message, bug } = stopOf(thrown, run.signal.aborted);
    await record.append({ kind: "stopped", reason, message });
    if (bug) throw thrown;
    return { status: ["engine", "tool", "audit"].includes(reason) ? "failed" : "stopped", reason, message };
  }
}

async function answerQuestion(run: AgentRun, record: StepRecorder): Promise<string> {
  const limits = { ...defaultLimits, ...run.limits };
  const situation = await lookAround(run);
  const made = new Map<string, number>();
  let ran = 0;
  let repairs = 0;
  let repeated = false;
  for (let move = 0; move < limits.steps; move++) {
    throwIfCancelled(run.signal);
    const turn = await nextTurn(run, record, situation, limits, ran < limits.toolCalls && !repeated);
    throwIfCancelled(run.signal);
    if (turn.kind === "answer") {
      await record.append({ kind: "answer", text: turn.text, timing: turn.timing });
      return turn.text;
    }
    if (turn.kind === "malformed") {
      await record.append({ kind: "malformed", text: turn.text, error: turn.error, timing: turn.timing });
      repairs += 1;
      if (repairs > 1) throw new StopRun("malformed-call", malformedMessage(turn.error, run, record));
      continue;
    }
    repairs = 0;
    for (const [index, { tool, arguments: args }] of turn.calls.entries()) {
      const call: ToolCall = { id: nextCallId(record.steps), tool, arguments: args };
      const timing = index === 0 ? { timing: turn.timing } : {};
      const choice = turn.choice === undefined ? {} : { choice: [...turn.choice] };
      await record.append({ kind: "call", call, ...timing, ...choice });
      const key = `${tool} ${canonical(args)}`;
      const times = made.get(key) ?? 0;
      made.set(key, times + 1);
      if (times >= 2) throw new StopRun("repeated-call", repeatedMessage(tool, run, record));
      if (times === 1) {
        // A scored model would choose the same again: it is asked for its answer now.
        repeated = !run.model.toolTemplate && (run.strategy ?? defaultStrategy).choice === "scored";
        const outcome: ToolOutcome = { ok: false, code: repeatedCode, text: repeatedNote };
        await record.append({ kind: "result", callId: call.id, outcome, ms: 0 });
      } else if (ran >= limits.toolCalls) {
        const text = `No more than ${limits.toolCalls} calls may be made for one question. Answer with what you have.`;
        await record.append({ kind: "result", callId: call.id, outcome: { ok: false, code: "limit", text }, ms: 0 });
      } else {
        ran += 1;
        await runCall(run, record, call);
        const settled = run.settled?.();
        if (settled !== undefined) {
          await record.append({ kind: "answer", text: settled });
          return settled;
        }
      }
    }
  }
  throw new StopRun(
    "step-limit",
    `There was no answer within ${limits.steps} steps.${soFar(record)} Ask a narrower question, or use a larger model.`,
  );
}

/** Policy, tool, result. A denied call is a result the model reads. */
async function runCall(run: AgentRun, record: StepRecorder, call: ToolCall): Promise<void> {
  throwIfCancelled(run.signal);
  const decided = await cancellable(() => run.policy.decide(call, run.signal), run.signal);
  const { decision, reason } = decided;
  await record.append({ kind: "decision", callId: call.id, ...decided });
  throwIfCancelled(run.signal);
  const started = run.clock.now();
  const outcome: ToolOutcome =
    decision === "allow"
      ? await cancellable(() => run.runner.run(call, run.signal), run.signal)
      : { ok: false, code: "tool.denied", text: `The call was not allowed: ${reason}` };
  const ms = decision === "allow" ? run.clock.now() - started : 0;
  await record.append({ kind: "result", callId: call.id, outcome, ms });
  if (!outcome.ok && outcome.code === unrecordedCode) throw new StopRun("audit", outcome.text);
}

/** Unique in the conversation: the number of calls made in it so far. */
function nextCallId(steps: readonly Step[]): string {
  return `call-${steps.filter((step) => step.kind === "call").length + 1}`;
}

/** The same text for the same arguments in any order. */
function canonical(args: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(args).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What was found before a run ended without an answer. */
function soFar(record: StepRecorder): string {
  const last = resultsOf(exchangesOf(record.steps).at(-1)).at(-1);
  if (last === undefined) return " Nothing was found.";
  return ` Found so far: ${last.length > 400 ? `${last.slice(0, 400)} […]` : last}`;
}

function repeatedMessage(tool: string, run: AgentRun, record: StepRecorder): string {
  const advice = run.model.toolTemplate ? "Ask more narrowly." : "Ask more narrowly, or use a larger model.";
  return `The model asked for the same thing (${tool}) again and again.${soFar(record)} ${advice}`;
}

function malformedMessage(error: string, run: AgentRun, record: StepRecorder): string {
  const advice = run.model.toolTemplate ? "Ask again in other words." : "Ask in other words, or use a larger model.";
  return `The model's reply could not be used, twice in a row: ${error}${soFar(record)} ${advice}`;
}
