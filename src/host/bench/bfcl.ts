import { grammarTurn } from "../../agent/grammar-turn.ts";
import { messagesOf } from "../../agent/history.ts";
import type { ModelTurn, Strategy, TurnRequest } from "../../agent/model-turn.ts";
import type { LanguageModel } from "../../agent/ports.ts";
import { type Move, moveText, systemText } from "../../agent/prompt.ts";
import { templateTurn } from "../../agent/template-turn.ts";
import { answerOption, toolEvidence } from "../../agent/tool-evidence.ts";
import { type Existing, offeredTools, whatExists } from "../../agent/turn-schema.ts";
import { throwIfCancelled } from "../../shared/errors.ts";
import { isRightAnswer } from "./bfcl-answer.ts";
import { type BfclCase, readBfcl } from "./bfcl-cases.ts";

export interface Share {
  readonly right: number;
  readonly of: number;
}

/** What one way of asking came to. */
export interface BfclScore {
  /** Cases with a right call: the right tool was called. */
  readonly name: Share;
  /** Cases with a right call: the right tool was called with right arguments. */
  readonly nameAndArguments: Share;
  /** Cases without a right call: none was made. */
  readonly noCall: Share;
  /** Replies that were neither a valid call nor an answer; they count as wrong, and as a call where none is right. */
  readonly malformed: number;
  readonly milliseconds: number;
}

export interface BfclResult {
  readonly id: string;
  readonly way: string;
  readonly right: boolean;
  readonly wrote: string;
}

export interface BfclReport {
  /**
   * `free`: sampled, arguments held to their types. `constructed arguments`: sampled, arguments valid by construction.
   * `constructed`: besides, call or no call by score and words. `template`: the model's own.
   */
  readonly ways: Readonly<Record<string, BfclScore>>;
  readonly results: readonly BfclResult[];
  /** Call or no call decided over all cases without a model, by the evidence of the words: what the model adds to. */
  readonly wordsAlone: { readonly name: Share; readonly noCall: Share };
  readonly seed: number;
  /** Cases in the files that can be asked, before the limit. */
  readonly available: { readonly calls: number; readonly irrelevance: number };
  /** Cases in the files that cannot be asked, counted per reason. */
  readonly skipped: Readonly<Record<string, number>>;
}

export interface BfclOptions {
  readonly casesFolder: string;
  readonly model: LanguageModel;
  /** How many cases of each of the two sets; the same ones for the same seed. */
  readonly limit: number;
  readonly seed: number;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

const replyTokens = 160;

/**
 * Share of right calls on BFCL's simple and irrelevance cases, every case asked in every way, one after the other.
 * Nothing is sampled at random: temperature 0, and the cases are drawn by the seed.
 * @throws IndoorsError `file.unreadable`, `cancelled`, and what the model throws.
 */
export async function runBfcl(options: BfclOptions): Promise<BfclReport> {
  const { model, limit, seed, signal } = options;
  const cases = await readBfcl(options.casesFolder);
  const chosen = [...draw(cases.calls, limit, seed), ...draw(cases.irrelevance, limit, seed)];
  const ways: Readonly<Record<string, Strategy | "template">> = {
    free: { choice: "sampled", arguments: "free" },
    "constructed arguments": { choice: "sampled", arguments: "constructed" },
    constructed: { choice: "scored", arguments: "constructed" },
    ...(model.toolTemplate ? { template: "template" } : {}),
  };
  const tallies = Object.fromEntries(Object.keys(ways).map((way) => [way, emptyTally()]));
  const results: BfclResult[] = [];
  for (const [index, one] of chosen.entries()) {
    for (const [way, strategy] of Object.entries(ways)) {
      throwIfCancelled(signal);
      const started = performance.now();
      const turn = await ask(one, strategy, model, seed, signal);
      const tally = tallies[way];
      if (tally === undefined) continue;
      tally.milliseconds += performance.now() - started;
      results.push({ id: one.id, way, right: count(tally, one, turn), wrote: wroteOf(turn) });
    }
    options.onProgress?.(index + 1, chosen.length);
  }
  const available = { calls: cases.calls.length, irrelevance: cases.irrelevance.length };
  const wordsAlone = {
    name: { right: cases.calls.filter(speaksForCall).length, of: cases.calls.length },
    noCall: { right: cases.irrelevance.filter((one) => !speaksForCall(one)).length, of: cases.irrelevance.length },
  };
  return { ways: tallies, results, wordsAlone, seed, available, skipped: cases.skipped };
}

async function ask(
  one: BfclCase,
  strategy: Strategy | "template",
  model: LanguageModel,
  seed: number,
  signal: AbortSignal,
): Promise<ModelTurn> {
  const byTemplate = strategy === "template";
  const constructed = !byTemplate && strategy.arguments === "constructed";
  const existing = constructed ? existingIn(one) : undefined;
  const messages = (move: Move, question: string) =>
    messagesOf(
      {
        system: systemText([one.tool], byTemplate, ""),
        exchanges: [{ question, turns: [], ending: undefined }],
        context: "",
        move: moveText(move, question, false),
        toolTemplate: byTemplate,
        excerpt: (text) => text,
      },
      { removedResults: new Set(), droppedExchanges: 0, resultCharacters: 0, context: false },
    );
  const request: TurnRequest = {
    model,
    question: one.question,
    tools: existing === undefined ? [one.tool] : offeredTools([one.tool], existing),
    existing,
    strategy: byTemplate ? { choice: "sampled", arguments: "free" } : strategy,
    prompt: (move) => Promise.resolve(messages(move, one.question)),
    neutral: messages("pick", "N/A"),
    // The text of an answer is not looked at.
    limits: { callTokens: replyTokens, answerTokens: constructed ? 1 : replyTokens, temperature: 0, seed },
    onText: () => {},
    signal,
  };
  return byTemplate ? templateTurn(request) : grammarTurn(request);
}

function existingIn(one: BfclCase): Existing {
  return whatExists({ question: one.question, results: [], paths: [], recordings: [], today: "2026-01-01" });
}

function speaksForCall(one: BfclCase): boolean {
  const evidence = toolEvidence([one.tool], one.question, existingIn(one));
  return (evidence.get(one.tool.name) ?? 0) > (evidence.get(answerOption) ?? 0);
}

type Tally = { -readonly [K in keyof BfclScore]: BfclScore[K] extends Share ? { right: number; of: number } : number };

function emptyTally(): Tally {
  return { name: noShare(), nameAndArguments: noShare(), noCall: noShare(), malformed: 0, milliseconds: 0 };
}

function noShare() {
  return { right: 0, of: 0 };
}

/** Adds one case. Returns whether it was wholly right. */
function count(tally: Tally, one: BfclCase, turn: ModelTurn): boolean {
  // A long answer that was cut off is not JSON any more, but no call was made.
  const answered = turn.kind === "answer" || (turn.kind === "malformed" && isAnswer(turn.text));
  if (turn.kind === "malformed" && !answered) tally.malformed += 1;
  if (one.answer === undefined) {
    tally.noCall.of += 1;
    if (answered) tally.noCall.right += 1;
    return answered;
  }
  const [call] = turn.kind === "calls" && turn.calls.length === 1 ? turn.calls : [];
  const right = call !== undefined && isRightAnswer(call.arguments, one.answer);
  tally.name.of += 1;
  tally.nameAndArguments.of += 1;
  if (call?.tool === one.tool.name) tally.name.right += 1;
  if (right) tally.nameAndArguments.right += 1;
  return right;
}

function isAnswer(text: string): boolean {
  return text === "" || text.startsWith('{"answer"');
}

function wroteOf(turn: ModelTurn): string {
  return turn.kind === "calls" ? JSON.stringify(turn.calls) : `${turn.kind}: ${turn.text}`;
}

/** `limit` of the items, drawn by a seed (mulberry32), in their order. */
function draw<T>(items: readonly T[], limit: number, seed: number): readonly T[] {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return items
    .map((item, index) => ({ item, index, rank: next() }))
    .sort((one, other) => one.rank - other.rank)
    .slice(0, limit)
    .sort((one, other) => one.index - other.index)
    .map(({ item }) => item);
}
