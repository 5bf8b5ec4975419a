import type { ToolSpec } from "../shared/tool.ts";
import type { LanguageModel } from "./ports.ts";
import { toolText } from "./prompt.ts";
import { templateTools } from "./template-turn.ts";
import { toolEvidence } from "./tool-evidence.ts";

/** How much of what a model can hold in view may be descriptions of tools. The rest is for the question and what is found. */
const share = 0.55;
/** Characters per token of descriptions of tools. Low on purpose: schemas have many signs, and each is a token. */
export const descriptionCharactersPerToken = 3;

/**
 * The tools that a model is told of. All, when they fit. Else those of Indoors, those this conversation has used, and of
 * the servers' as many as there is room for, the ones that the question's words point at first; one of them at least.
 * What it is not told of it does not call in this run.
 */
export function shortlist(
  tools: readonly ToolSpec[],
  question: string,
  model: Pick<LanguageModel, "contextTokens" | "toolTemplate">,
  used: ReadonlySet<string> = new Set(),
): readonly ToolSpec[] {
  const length = (tool: ToolSpec) =>
    model.toolTemplate ? JSON.stringify(templateTools([tool])).length : toolText(tool).length;
  const lengthOf = (some: readonly ToolSpec[]) => some.reduce((sum, tool) => sum + length(tool), 0);
  const room = model.contextTokens * share * descriptionCharactersPerToken;
  if (lengthOf(tools) <= room) return tools;
  const evidence = toolEvidence(tools, question, undefined);
  const isKept = ({ name, server }: ToolSpec) => server === undefined || used.has(name);
  const chosen = new Set(tools.filter(isKept));
  let left = room - lengthOf([...chosen]);
  const others = tools
    .filter((tool) => !chosen.has(tool))
    .toSorted((one, other) => (evidence.get(other.name) ?? 0) - (evidence.get(one.name) ?? 0));
  for (const [at, tool] of others.entries()) {
    const needed = length(tool);
    if (at > 0 && needed > left) continue;
    chosen.add(tool);
    left -= needed;
  }
  return tools.filter((tool) => chosen.has(tool));
}
