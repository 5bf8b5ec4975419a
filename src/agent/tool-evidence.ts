import type { ToolSpec } from "../shared/tool.ts";
import { type Existing, isPathFor } from "./turn-schema.ts";
import { allWords, contentWords, sameWord } from "./words.ts";

/** The option beside the tools: no tool is needed any more. */
export const answerOption = "answer";

/**
 * What speaks for each option besides the model, in the units of its scores (natural logarithms per token): the words
 * that a tool's name and description share with the question, and the things that exist for it to be about. A 1B
 * model's own scores hardly tell tools apart; a larger model's differ by more than all of this. Zero says nothing.
 */
export function toolEvidence(
  tools: readonly ToolSpec[],
  question: string,
  existing: Existing | undefined,
): ReadonlyMap<string, number> {
  const asked = [...allWords(question), ...impliedWords(existing)];
  const names = tools.map((tool) => allWords(tool.name));
  const descriptions = tools.map((tool) => contentWords(tool.description));
  const weight = (word: string) => {
    const holders = tools.filter((_tool, at) =>
      [...(names[at] ?? []), ...(descriptions[at] ?? [])].some((one) => sameWord(one, word)),
    ).length;
    return Math.log(1 + tools.length / Math.max(1, holders));
  };
  const share = (words: readonly string[]) => {
    const unique = [...new Set(words)];
    const all = unique.reduce((sum, word) => sum + weight(word), 0);
    const said = unique.filter((word) => asked.some((one) => sameWord(one, word)));
    return all === 0 ? 0 : said.reduce((sum, word) => sum + weight(word), 0) / all;
  };
  const evidence = new Map<string, number>();
  for (const [at, tool] of tools.entries()) {
    const words = share(names[at] ?? []) + share(descriptions[at] ?? []);
    evidence.set(tool.name, words + (existing === undefined ? 0 : objectEvidence(tool, existing)));
  }
  // Even a tool that is no use shares some words with the question. 0.6 balances both kinds of mistake on the cases of
  // BFCL; runBfcl in src/verify/bfcl.ts reports what it comes to (wordsAlone).
  evidence.set(answerOption, existing !== undefined && isEnough(existing) ? 2.5 : 0.6);
  return evidence;
}

/** The words tools use for what was said: for "15 and 20", that these are numbers. */
function impliedWords(existing: Existing | undefined): readonly string[] {
  if (existing === undefined) return [];
  return [
    ...(existing.numbersSaid >= 2 ? ["number", "arithmetic", "calculate", "expression"] : []),
    ...(existing.datesSaid >= 1 ? ["date"] : []),
  ];
}

/** Something was found, and it names no file that was not looked into: few steps are better than many. */
function isEnough(existing: Existing): boolean {
  return existing.hasResult && (existing.usedTools.size > 1 || !existing.paths.some((entry) => entry.lead));
}

/** What there is for the tool to be about. */
function objectEvidence(tool: ToolSpec, existing: Existing): number {
  const args = Object.values(tool.arguments);
  const required = args.filter((argument) => argument.optional !== true);
  // A model held to JSON likes to write again what it wrote before.
  let evidence = existing.usedTools.has(tool.name) ? -2 : 0;
  const path = required.find((argument) => argument.kind === "path");
  if (path !== undefined) {
    const likeliest = existing.paths.find((entry) => isPathFor(path, entry.path));
    evidence += 2 * (likeliest?.support ?? 0);
  }
  // Looking through what the user keeps here is what to do with a question when nothing else fits.
  const looks = tool.needs.length > 0 && (tool.server === undefined || tool.effect === "read");
  if (existing.isQuestion && looks && required.some((argument) => argument.kind === "span")) {
    evidence += 0.7;
  }
  const onlyFigures = args.every((argument) => ["number", "date", "choice", "boolean"].includes(argument.kind));
  if (args.length > 0 && onlyFigures && existing.numbersSaid + existing.datesSaid === 0) evidence -= 1;
  return evidence;
}
