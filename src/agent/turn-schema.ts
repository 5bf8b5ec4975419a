import { assertNever } from "../shared/errors.ts";
import type { JsonSchema } from "../shared/llm-contract.ts";
import type { ArgumentSpec, ToolCall, ToolSpec } from "../shared/tool.ts";
import { argumentSchema, listItemSchema } from "./arguments-schema.ts";
import { type RankedPath, rankPaths } from "./rank-paths.ts";
import { saidDates } from "./said-dates.ts";
import { saidNumbers } from "./said-numbers.ts";
import { spansOf } from "./spans.ts";
import { contentWords, sameWord } from "./words.ts";

/** The things a call of this turn can be about, likeliest first. */
export interface Existing {
  readonly paths: readonly RankedPath[];
  readonly recordings: readonly { readonly id: string; readonly name: string }[];
  readonly spans: readonly string[];
  readonly numbers: readonly number[];
  readonly dates: readonly string[];
  /** True when the question names one recording among several. */
  readonly namesRecording: boolean;
  /** False for a word of thanks and the like. */
  readonly isQuestion: boolean;
  /** How many numbers and dates the question itself names. */
  readonly numbersSaid: number;
  readonly datesSaid: number;
  /** True once a tool has brought something in. */
  readonly hasResult: boolean;
  /** Tools that brought something in in this run. */
  readonly usedTools: ReadonlySet<string>;
}

/** How many values of one kind a grammar offers. */
const limits = {
  paths: 40,
  leads: 3,
  recordings: 20,
  questionSpans: 48,
  resultSpans: 16,
  numbers: 32,
  dates: 8,
} as const;
const maxAnswer = 600;

/** What exists, read from the question, from the results of this run and from the world. */
export function whatExists(seen: {
  readonly question: string;
  readonly results: readonly string[];
  readonly paths: readonly string[];
  readonly recordings: readonly { readonly id: string; readonly name: string }[];
  readonly today: string;
  /** The calls of this run so far; `ok` when they brought something in. */
  readonly calls?: readonly (Pick<ToolCall, "tool" | "arguments"> & { readonly ok: boolean })[];
}): Existing {
  const calls = seen.calls ?? [];
  const used = new Set(
    calls.flatMap((call) => Object.values(call.arguments)).filter((value) => typeof value === "string"),
  );
  const found = seen.results.join("\n").slice(0, 4000);
  const asked = contentWords(seen.question);
  const named = (recording: { readonly name: string }) =>
    contentWords(recording.name).filter((word) => asked.some((one) => sameWord(one, word))).length;
  return {
    // Ranked here, bounded per argument: a tool may want only files, or only folders.
    paths: rankPaths(seen.paths, seen.question, seen.results, used),
    recordings: seen.recordings.toSorted((one, other) => named(other) - named(one)).slice(0, limits.recordings),
    spans: [...new Set([...spansOf(seen.question, limits.questionSpans), ...spansOf(found, limits.resultSpans)])],
    numbers: [...new Set([...saidNumbers(seen.question, limits.numbers), ...saidNumbers(found, limits.numbers)])].slice(
      0,
      limits.numbers,
    ),
    namesRecording: seen.recordings.length > 1 && seen.recordings.some((recording) => named(recording) > 0),
    isQuestion: seen.question.includes("?") || asked.length > 2,
    numbersSaid: saidNumbers(seen.question, limits.numbers).length,
    // Today is always among them.
    datesSaid: saidDates(seen.question, seen.today, limits.dates).length - 1,
    hasResult: seen.results.length > 0,
    usedTools: new Set(calls.flatMap((call) => (call.ok ? [call.tool] : []))),
    dates: saidDates(`${seen.question}\n${found}`, seen.today, limits.dates),
  };
}

/**
 * The tools that can be called in this turn: there is something for them to look into, and every required argument has
 * something it can be. Sorted by name.
 */
export function offeredTools(tools: readonly ToolSpec[], existing: Existing): readonly ToolSpec[] {
  return tools
    .filter((tool) => !tool.needs.includes("grants") || existing.paths.length > 0)
    .filter((tool) => !tool.needs.includes("transcripts") || existing.recordings.length > 0)
    .filter((tool) =>
      Object.values(tool.arguments).every(
        (argument) => argument.optional === true || constructed(argument, existing) !== undefined,
      ),
    )
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * The schema of one call. With `existing` it is valid by construction: an argument can only be a thing that exists.
 * Without, arguments are held to their types. Optional arguments may be left out; those of them that the user said
 * nothing for are not offered, because a small model fills in whatever it is offered.
 */
export function callSchema(tool: ToolSpec, existing: Existing | undefined): JsonSchema {
  const properties: Record<string, JsonSchema> = {};
  const required: string[] = [];
  for (const [name, argument] of Object.entries(tool.arguments)) {
    if (argument.optional === true && existing !== undefined && !wasSaid(argument, existing)) continue;
    const schema = existing === undefined ? argumentSchema(argument) : constructed(argument, besides(existing, tool));
    if (schema === undefined) continue;
    properties[name] = schema;
    if (argument.optional !== true) required.push(name);
  }
  const args = { type: "object", properties, required };
  return { type: "object", properties: { tool: { const: tool.name }, arguments: args } };
}

/** The schema of a whole turn: one of the calls, or, when `answer`, the answer. */
export function turnSchema(tools: readonly ToolSpec[], existing: Existing | undefined, answer: boolean): JsonSchema {
  const calls = tools.map((tool) => callSchema(tool, existing));
  const answering = { type: "object", properties: { answer: { type: "string", maxLength: maxAnswer } } };
  const options = answer ? [...calls, answering] : calls;
  return options.length === 1 ? (options[0] ?? answering) : { oneOf: options };
}

/** Whether the question itself names something that this argument could be. For a structure nothing says so. */
function wasSaid(argument: ArgumentSpec, existing: Existing): boolean {
  if (argument.kind === "number") return existing.numbersSaid > 0;
  if (argument.kind === "date") return existing.datesSaid > 0;
  if (argument.kind === "json") return false;
  // An id costs a small model dozens of tokens; without one all recordings are meant.
  if (argument.kind === "recording") return existing.namesRecording;
  if (argument.kind !== "path") return true;
  return existing.paths.some((entry) => entry.support > 0 && isPathFor(argument, entry.path));
}

/**
 * Without the spans that only say the tool's own name again: in "find concerts by Adele", concert.find is what to do,
 * and Adele is what to do it with. All spans when no other was said.
 */
function besides(existing: Existing, tool: ToolSpec): Existing {
  const own = contentWords(tool.name);
  const spans = existing.spans.filter((span) => {
    const words = contentWords(span);
    return words.length === 0 || words.some((word) => !own.some((one) => sameWord(one, word)));
  });
  return spans.length === 0 ? existing : { ...existing, spans };
}

/** What an argument can be in this turn; undefined when nothing it could be exists. */
function constructed(argument: ArgumentSpec, existing: Existing): JsonSchema | undefined {
  switch (argument.kind) {
    case "path":
      return oneOfThese(likelyPaths(existing.paths.filter((entry) => isPathFor(argument, entry.path))));
    case "span":
    case "column":
      return oneOfThese(existing.spans);
    case "recording":
      return oneOfThese(existing.recordings.map((recording) => recording.id));
    case "date":
      return oneOfThese(existing.dates);
    case "number": {
      const fitting = existing.numbers.filter(
        (value) =>
          (argument.integer !== true || Number.isSafeInteger(value)) &&
          value >= (argument.min ?? -Infinity) &&
          value <= (argument.max ?? Infinity),
      );
      return oneOfThese(fitting) ?? argumentSchema(argument);
    }
    case "list": {
      if (argument.of === "text") return argumentSchema(argument);
      const items = oneOfThese(argument.of === "number" ? existing.numbers : existing.spans);
      if (items === undefined && argument.of === "span") return undefined;
      return { type: "array", items: items ?? listItemSchema(argument.of), minItems: 1, maxItems: 12 };
    }
    case "choice":
    case "boolean":
    case "text":
    case "json":
      return argumentSchema(argument);
    default:
      return assertNever(argument);
  }
}

/**
 * The paths a call may name, from all that would fit: the first leads when there are any, else those the question's
 * words answer to best, else the likeliest ones. The order alone is lost on a grammar, so the unlikely are left out.
 */
function likelyPaths(fitting: readonly RankedPath[]): readonly string[] {
  const leads = fitting.filter((entry) => entry.lead).slice(0, limits.leads);
  const best = Math.max(0, ...fitting.map((entry) => entry.support));
  const named = best < 0.5 ? fitting : fitting.filter((entry) => entry.support === best);
  return (leads.length > 0 ? leads : named).slice(0, limits.paths).map((entry) => entry.path);
}

/** Whether the argument could be this path. Folders end in a slash. */
export function isPathFor({ of, endings }: Extract<ArgumentSpec, { kind: "path" }>, path: string): boolean {
  if (of !== "any" && path.endsWith("/") !== (of === "folder")) return false;
  const name = path.toLowerCase();
  return endings === undefined || endings.some((ending) => name.endsWith(ending));
}

function oneOfThese(values: readonly (string | number)[]): JsonSchema | undefined {
  return values.length === 0 ? undefined : { enum: [...values] };
}
