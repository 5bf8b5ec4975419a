import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import type { ToolArgument, ToolSpec } from "../../shared/tool.ts";

/** The values that are right per argument; "" among them means that it may be left out. */
export type PossibleAnswer = Readonly<Record<string, readonly unknown[]>>;

export interface BfclCase {
  readonly id: string;
  readonly question: string;
  readonly tool: ToolSpec;
  /** Undefined when no call is right. */
  readonly answer: PossibleAnswer | undefined;
}

export interface BfclCases {
  readonly calls: readonly BfclCase[];
  readonly irrelevance: readonly BfclCase[];
  /** Cases with an argument that has no counterpart here, counted per type. */
  readonly skipped: Readonly<Record<string, number>>;
}

interface BfclParameter {
  readonly type: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly items?: { readonly type?: string };
}

interface BfclLine {
  readonly id: string;
  readonly question: readonly (readonly { readonly role: string; readonly content: string }[])[];
  readonly function: readonly {
    readonly name: string;
    readonly description: string;
    readonly parameters: {
      readonly properties: Readonly<Record<string, BfclParameter>>;
      readonly required?: readonly string[];
    };
  }[];
}

/**
 * Reads the simple and the irrelevance cases of the Berkeley Function-Calling Leaderboard, version 4, from its own
 * files (one JSON object a line).
 * @throws IndoorsError `file.unreadable` naming the file.
 */
export async function readBfcl(folder: string): Promise<BfclCases> {
  const skipped: Record<string, number> = {};
  const answers = new Map<string, PossibleAnswer>();
  for (const line of await readLines(join(folder, "possible_answer", "BFCL_v4_simple_python.json"))) {
    const { id, ground_truth } = line as { id: string; ground_truth: readonly Record<string, PossibleAnswer>[] };
    const [answer] = Object.values(ground_truth[0] ?? {});
    if (answer !== undefined) answers.set(id, answer);
  }
  const read = async (file: string) => {
    const cases: BfclCase[] = [];
    for (const line of (await readLines(join(folder, file))) as readonly BfclLine[]) {
      const tool = toolOf(line);
      if (typeof tool === "string") skipped[tool] = (skipped[tool] ?? 0) + 1;
      else {
        const question = line.question.flat().find((message) => message.role === "user")?.content ?? "";
        cases.push({ id: line.id, question, tool, answer: answers.get(line.id) });
      }
    }
    return cases;
  };
  const simple = await read("BFCL_v4_simple_python.json");
  const calls = simple.filter((one) => one.answer !== undefined);
  if (calls.length < simple.length) skipped["without an answer"] = simple.length - calls.length;
  return { calls, irrelevance: await read("BFCL_v4_irrelevance.json"), skipped };
}

async function readLines(path: string): Promise<readonly unknown[]> {
  try {
    const text = await readFile(path, "utf8");
    return text
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => JSON.parse(line) as unknown);
  } catch (thrown) {
    throw new IndoorsError(
      "file.unreadable",
      `The BFCL cases cannot be read: ${path}. ${messageOf(thrown)}. Give the folder that holds the BFCL_v4 files.`,
    );
  }
}

/** The function of a case as a tool of ours, or the type that has no counterpart. */
function toolOf(line: BfclLine): ToolSpec | string {
  const [given] = line.function;
  if (given === undefined || line.function.length > 1) return "more than one function";
  const args: Record<string, ToolArgument> = {};
  for (const [name, parameter] of Object.entries(given.parameters.properties)) {
    const kind = argumentOf(parameter);
    if (typeof kind === "string") return kind;
    const optional = given.parameters.required?.includes(name) !== true;
    args[name] = { ...kind, description: parameter.description ?? name, ...(optional ? { optional } : {}) };
  }
  return { name: given.name, description: given.description, arguments: args, needs: [], effect: "read" };
}

type Kind = ToolArgument extends infer A ? (A extends unknown ? Omit<A, "description" | "optional"> : never) : never;

function argumentOf(parameter: BfclParameter): Kind | string {
  const { type, enum: values, items } = parameter;
  if (type === "string" && values !== undefined) return { kind: "choice", values: values.map(String) };
  if (type === "string") return { kind: "span" };
  if (type === "integer") return { kind: "number", integer: true };
  if (type === "float" || type === "number") return { kind: "number" };
  if (type === "boolean") return { kind: "boolean" };
  if (type === "array" || type === "tuple") {
    if (items?.type === "string") return { kind: "list", of: "span" };
    if (items?.type === "integer" || items?.type === "float") return { kind: "list", of: "number" };
    return `${type} of ${items?.type ?? "anything"}`;
  }
  return type;
}
