import type { ChatMessage } from "../shared/llm-contract.ts";
import type { Step } from "../shared/run.ts";
import type { ToolCall, ToolOutcome } from "../shared/tool.ts";
import { frame } from "./frame.ts";
import { removedNote, repairText, repeatedCode } from "./prompt.ts";

/** Something that happened between a question and its answer, as the model is shown it. */
export type Turn =
  | {
      readonly kind: "call";
      readonly call: ToolCall;
      readonly outcome: ToolOutcome | undefined;
      readonly removed: boolean;
    }
  | { readonly kind: "malformed"; readonly text: string; readonly error: string };

/** One question and what came of it. `ending` is the answer, or why there is none; undefined while it runs. */
export interface Exchange {
  readonly question: string;
  readonly turns: readonly Turn[];
  readonly ending: string | undefined;
}

/** How much of a malformed reply is shown back to the model, in UTF-16 units. */
const shownMalformed = 300;

/** Replays the steps of a conversation in order. */
export function exchangesOf(steps: readonly Step[]): readonly Exchange[] {
  const exchanges: { question: string; turns: Turn[]; ending: string | undefined }[] = [];
  const removed = new Set<string>();
  const outcomes = new Map<string, ToolOutcome>();
  for (const step of steps) {
    if (step.kind === "compacted") for (const id of step.callIds) removed.add(id);
    if (step.kind === "result") outcomes.set(step.callId, step.outcome);
  }
  for (const step of steps) {
    const current = exchanges.at(-1);
    if (step.kind === "question") exchanges.push({ question: step.text, turns: [], ending: undefined });
    else if (current === undefined) continue;
    else if (step.kind === "malformed") current.turns.push({ kind: "malformed", text: step.text, error: step.error });
    else if (step.kind === "call") {
      const { call } = step;
      current.turns.push({ kind: "call", call, outcome: outcomes.get(call.id), removed: removed.has(call.id) });
    } else if (step.kind === "answer") current.ending = step.text;
    else if (step.kind === "stopped") current.ending = `(stopped without an answer: ${step.message})`;
  }
  return exchanges;
}

/** What may be shown of a conversation; compaction makes it less and less. */
export interface Shown {
  readonly removedResults: ReadonlySet<string>;
  /** How many of the earliest exchanges are left out. */
  readonly droppedExchanges: number;
  /** The longest a result may be, in UTF-16 units. */
  readonly resultCharacters: number;
  readonly context: boolean;
}

export interface Prompt {
  /** Of the turn: with `answerOnly` it is another one. */
  readonly system: string;
  readonly exchanges: readonly Exchange[];
  readonly context: string;
  /** What the model is to do now; comes last. */
  readonly move: string;
  readonly toolTemplate: boolean;
  /** A small model answers better when it is shown the results and the question only, without its own calls. */
  readonly answerOnly?: boolean;
  readonly excerpt: (text: string, maxCharacters: number) => string;
}

/** The messages of the next turn. The last exchange is the one that runs; its question is always shown whole. */
export function messagesOf(prompt: Prompt, shown: Shown): ChatMessage[] {
  const earlier = prompt.exchanges.slice(0, -1).slice(shown.droppedExchanges);
  const current = prompt.exchanges.at(-1);
  const messages: ChatMessage[] = [{ role: "system", text: prompt.system }];
  for (const exchange of earlier) {
    messages.push({ role: "user", text: exchange.question });
    // Small models get earlier exchanges as question and answer only: old results would crowd out the new ones.
    if (prompt.toolTemplate) for (const turn of exchange.turns) messages.push(...turnMessages(turn, prompt, shown));
    messages.push({ role: "assistant", text: exchange.ending ?? "(no answer)" });
  }
  if (current === undefined) return messages;
  if (prompt.answerOnly === true) {
    return [...messages, { role: "user", text: `${resultsText(current, prompt, shown)}\n${prompt.move}` }];
  }
  const context = shown.context && prompt.context !== "" ? `${prompt.context}\n\n` : "";
  messages.push({ role: "user", text: `${context}Question: ${current.question}` });
  for (const turn of current.turns) messages.push(...turnMessages(turn, prompt, shown));
  if (prompt.move === "") return messages;
  const last = messages.at(-1);
  if (last?.role === "user") messages[messages.length - 1] = { role: "user", text: last.text + prompt.move };
  else messages.push({ role: "user", text: prompt.move.trimStart() });
  return messages;
}

/** The results of an exchange, framed, one after the other. */
function resultsText(exchange: Exchange, prompt: Prompt, shown: Shown): string {
  const parts = exchange.turns.flatMap((turn) => {
    if (turn.kind === "malformed") return [];
    const told = turn.outcome?.ok === false && turn.outcome.code === repeatedCode;
    return told ? [] : [frame(turn.call.tool, shownResult(turn, prompt, shown))];
  });
  const last = exchange.turns.at(-1);
  return [...parts, ...(last?.kind === "malformed" ? [repairText(last.error)] : [])].join("\n");
}

function turnMessages(turn: Turn, prompt: Prompt, shown: Shown): ChatMessage[] {
  if (turn.kind === "malformed") {
    const text = turn.text.slice(0, shownMalformed);
    const repair: ChatMessage = { role: "user", text: repairText(turn.error) };
    return [{ role: "assistant", text: text === "" ? "(nothing)" : text }, repair];
  }
  const { call } = turn;
  const result = frame(call.tool, shownResult(turn, prompt, shown));
  if (prompt.toolTemplate) return [{ role: "tool", tool: call.tool, arguments: call.arguments, result }];
  return [
    { role: "assistant", text: JSON.stringify({ tool: call.tool, arguments: call.arguments }) },
    { role: "user", text: result },
  ];
}

function shownResult(turn: Turn & { kind: "call" }, prompt: Prompt, shown: Shown): string {
  if (turn.outcome === undefined) return "(the call was interrupted and has no result)";
  if (turn.removed || shown.removedResults.has(turn.call.id)) return removedNote;
  const text = prompt.excerpt(turn.outcome.text, shown.resultCharacters);
  return turn.outcome.ok ? text : `Failed: ${text}`;
}
