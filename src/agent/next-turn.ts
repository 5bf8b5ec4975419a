import type { ChatMessage } from "../shared/llm-contract.ts";
import { type AgentLimits, type AgentRun, defaultStrategy } from "./agent-run.ts";
import { cancellable } from "./cancellable.ts";
import { fitPrompt } from "./compaction.ts";
import { excerpt } from "./excerpt.ts";
import { grammarTurn } from "./grammar-turn.ts";
import { type Exchange, exchangesOf, messagesOf } from "./history.ts";
import type { ModelTurn } from "./model-turn.ts";
import { answerSystemText, contextText, type Move, moveText, systemText } from "./prompt.ts";
import { descriptionCharactersPerToken } from "./shortlist.ts";
import type { StepRecorder } from "./step-recorder.ts";
import { fromEngine, StopRun } from "./stop-run.ts";
import { templateTools, templateTurn } from "./template-turn.ts";
import { type Existing, offeredTools, whatExists } from "./turn-schema.ts";

/**
 * Characters of one result the model sees per token of its context: about half of it, or a quarter for models without
 * a tool template, which are small, read slowly and lose the thread.
 */
const resultCharactersPerToken = { toolTemplate: 1.5, grammar: 0.8 } as const;

/** What stays the same during a run, so that the prompt only grows at its end. */
export interface Situation {
  readonly system: string;
  /** In the place of `system` when a small model only answers. */
  readonly answerSystem: string;
  readonly context: string;
}

/** Looks once at what the run is about. */
export async function lookAround(run: AgentRun): Promise<Situation> {
  const { paths, recordings } = await seeWorld(run, undefined);
  return {
    system: systemText(run.tools, run.model.toolTemplate, run.prompt),
    answerSystem: answerSystemText(run.prompt),
    context: contextText({ today: run.world.today, paths: paths.map((entry) => entry.path), recordings }),
  };
}

async function seeWorld(run: AgentRun, exchange: Exchange | undefined): Promise<Existing> {
  const { world, signal, question } = run;
  const paths = await cancellable(() => world.paths(signal), signal);
  const recordings = await cancellable(() => world.recordings(signal), signal);
  const calls = (exchange?.turns ?? []).flatMap((turn) =>
    turn.kind === "call" ? [{ ...turn.call, ok: turn.outcome?.ok === true }] : [],
  );
  return whatExists({ question, calls, results: resultsOf(exchange), paths, recordings, today: world.today });
}

/** Asks the model for its next move, with a prompt that fits. What was compacted for it is recorded first. */
export async function nextTurn(
  run: AgentRun,
  record: StepRecorder,
  situation: Situation,
  limits: AgentLimits,
  canCall: boolean,
): Promise<ModelTurn> {
  const { model, signal } = run;
  const strategy = run.strategy ?? defaultStrategy;
  const exchanges = exchangesOf(record.steps);
  const results = resultsOf(exchanges.at(-1));
  const existing =
    model.toolTemplate || strategy.arguments === "free" ? undefined : await seeWorld(run, exchanges.at(-1));
  const tools = !canCall ? [] : existing === undefined ? run.tools : offeredTools(run.tools, existing);
  const promptOf = (move: Move, asked: readonly Exchange[], context: string) => {
    const answerOnly = move === "answer" && !model.toolTemplate && results.length > 0;
    return {
      system: answerOnly ? situation.answerSystem : situation.system,
      exchanges: asked,
      context,
      move: moveText(move, asked.at(-1)?.question ?? "", results.length > 0),
      toolTemplate: model.toolTemplate,
      answerOnly,
      excerpt: (text: string, max: number) => excerpt(text, run.question, max),
    };
  };
  const toolTokens = model.toolTemplate
    ? // `countPrompt` does not see them.
      Math.ceil(JSON.stringify(templateTools(tools)).length / descriptionCharactersPerToken)
    : 0;
  const neutralExchange: Exchange = { question: "N/A", turns: [], ending: undefined };
  const request = {
    model,
    question: run.question,
    tools,
    existing,
    strategy,
    limits,
    signal,
    onText: run.onText ?? (() => {}),
    neutral: messagesOf(
      { ...promptOf("pick", [neutralExchange], ""), move: moveText("pick", "N/A", false) },
      { removedResults: new Set(), droppedExchanges: 0, resultCharacters: 0, context: false },
    ),
    async prompt(move: Move, replyTokens: number): Promise<readonly ChatMessage[]> {
      const fit = await fitPrompt(
        promptOf(move, exchanges, situation.context),
        {
          room: model.contextTokens - replyTokens - toolTokens,
          resultCharacters: Math.floor(
            model.contextTokens * resultCharactersPerToken[model.toolTemplate ? "toolTemplate" : "grammar"],
          ),
        },
        (messages) => fromEngine(cancellable(() => model.countPrompt(messages, signal), signal)),
      );
      if (!fit.fits) throw new StopRun("context-full", contextFullMessage(fit.tokens, model.contextTokens));
      const known = new Set(record.steps.flatMap((step) => (step.kind === "compacted" ? step.callIds : [])));
      const callIds = fit.removed.filter((id) => !known.has(id));
      if (callIds.length > 0) await record.append({ kind: "compacted", callIds });
      return fit.messages;
    },
  };
  return model.toolTemplate ? templateTurn(request) : grammarTurn(request);
}

/** What the tools brought in so far, oldest first. */
export function resultsOf(exchange: Exchange | undefined): readonly string[] {
  return (exchange?.turns ?? []).flatMap((turn) =>
    turn.kind === "call" && turn.outcome?.ok === true ? [turn.outcome.text] : [],
  );
}

function contextFullMessage(tokens: number, contextTokens: number): string {
  return (
    `The question does not fit: it needs ${tokens} tokens and the model reads ${contextTokens}, its answer included. ` +
    "Ask a shorter question, or use a model with a larger context."
  );
}
