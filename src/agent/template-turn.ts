import { parametersSchema } from "./arguments-schema.ts";
import { answerOf, type ModelTurn, type TurnRequest, write } from "./model-turn.ts";
import { validateCall } from "./validate-call.ts";

/** The tools as a model with a tool template is given them. */
export function templateTools(tools: TurnRequest["tools"]) {
  return tools
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((tool) => ({ name: tool.name, description: tool.description, parameters: parametersSchema(tool) }));
}

/**
 * One move of a model that knows tools from its own template: calls, or text, which is the answer. Arguments are
 * checked against their types; a name that does not exist is for the tool to report.
 */
export async function templateTurn(request: TurnRequest): Promise<ModelTurn> {
  const { limits, tools } = request;
  const messages = await request.prompt(tools.length === 0 ? "answer" : "free", limits.answerTokens);
  const generation = await write(
    request,
    { messages, maxTokens: limits.answerTokens, ...(tools.length === 0 ? {} : { tools: templateTools(tools) }) },
    request.onText,
  );
  if (generation.calls.length === 0) return answerOf(generation);
  const calls: { tool: string; arguments: Readonly<Record<string, unknown>> }[] = [];
  for (const made of generation.calls) {
    const call = validateCall(tools, made.name, made.arguments);
    if (!call.ok) {
      const text = generation.text === "" ? JSON.stringify(made) : generation.text;
      return { kind: "malformed", text, error: call.error, timing: generation.timing };
    }
    calls.push({ tool: made.name, arguments: call.arguments });
  }
  return { kind: "calls", calls, timing: generation.timing };
}
