import { cancellable } from "./cancellable.ts";
import { checkSchema } from "./check-schema.ts";
import { chooseTool, type Scored } from "./choose-tool.ts";
import { answerOf, type ModelTurn, type TurnRequest, write } from "./model-turn.ts";
import type { Generation } from "./ports.ts";
import { fromEngine } from "./stop-run.ts";
import type { JsonSchema } from "../shared/llm-contract.ts";
import { answerOption, toolEvidence } from "./tool-evidence.ts";
import { callSchema, turnSchema } from "./turn-schema.ts";
import { validateCall } from "./validate-call.ts";

/**
 * One move of a model without a tool template. Sampled: the model writes a call or the answer, held to a grammar.
 * Scored: the tool is chosen by score, its arguments are written by grammar, and an answer is written as plain text.
 * Whatever was written is checked again.
 */
export async function grammarTurn(request: TurnRequest): Promise<ModelTurn> {
  const { tools, limits, strategy } = request;
  if (tools.length === 0) return writeAnswer(request);
  if (strategy.choice === "scored") return scoredTurn(request);
  const schema = turnSchema(tools, request.existing, true);
  const maxTokens = Math.max(limits.callTokens, limits.answerTokens);
  const messages = await request.prompt("json", maxTokens);
  const turn = readTurn(await write(request, { messages, maxTokens, schema }, () => {}), schema, request);
  // JSON is not shown while it is written; the answer inside it is.
  if (turn.kind === "answer") request.onText(turn.text);
  return turn;
}

async function writeAnswer(request: TurnRequest): Promise<ModelTurn> {
  const maxTokens = request.limits.answerTokens;
  const messages = await request.prompt("answer", maxTokens);
  return answerOf(await write(request, { messages, maxTokens }, request.onText));
}

async function scoredTurn(request: TurnRequest): Promise<ModelTurn> {
  const { model, tools, limits, signal } = request;
  const evidence = toolEvidence(tools, request.question, request.existing);
  // Nothing the model could say would change it, and asking costs it a reading of all that was found.
  if (isClearlyAnswer(evidence)) return writeAnswer(request);
  const messages = await request.prompt("pick", limits.callTokens);
  const choice: readonly Scored[] = await fromEngine(
    cancellable(() => chooseTool(model, messages, request.neutral, evidence, signal), signal),
  );
  const chosen = tools.find((tool) => tool.name === choice[0]?.option);
  if (chosen === undefined) return writeAnswer(request);
  const schema = callSchema(chosen, request.existing);
  const written = await write(request, { messages, maxTokens: limits.callTokens, schema }, () => {});
  const turn = readTurn(written, schema, request);
  return turn.kind === "calls" ? { ...turn, choice } : turn;
}

/** How far the evidence for answering must be ahead of every tool's. */
const clearly = 1.5;

function isClearlyAnswer(evidence: ReadonlyMap<string, number>): boolean {
  const answer = evidence.get(answerOption) ?? 0;
  return [...evidence].every(([option, value]) => option === answerOption || answer - value >= clearly);
}

/** Reads a turn that was written to a schema. */
function readTurn(generation: Generation, schema: JsonSchema, request: TurnRequest): ModelTurn {
  const { text, timing } = generation;
  const malformed = (error: string): ModelTurn => ({ kind: "malformed", text, error, timing });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return malformed(
      generation.stop === "max-tokens" ? "The JSON was cut off; make it shorter." : "The reply is not valid JSON.",
    );
  }
  const fault = checkSchema(value, schema);
  if (fault !== undefined) return malformed(`In the reply ${fault}.`);
  const reply = value as { readonly answer: string } | { readonly tool: string; readonly arguments: unknown };
  if ("answer" in reply) {
    return reply.answer.trim() === ""
      ? malformed("The answer was empty.")
      : { kind: "answer", text: reply.answer.trim(), timing };
  }
  const call = validateCall(request.tools, reply.tool, reply.arguments);
  if (!call.ok) return malformed(call.error);
  return { kind: "calls", calls: [{ tool: reply.tool, arguments: call.arguments }], timing };
}
