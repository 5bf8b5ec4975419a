import type { Client } from "../shared/contract.ts";
import type { Image } from "../shared/image.ts";
import type { Grant, ToolArgument, ToolOutcome, ToolSpec } from "../shared/tool.ts";
import type { brokerContract } from "../shared/tool-contract.ts";

/** What one call may use. Going over ends the worker, and the outcome is `tool.limit`. `sandbox-limits.ts` has the rest. */
export interface ToolLimits {
  readonly wallMs: number;
  /** Size of the JavaScript heap. */
  readonly heapMb: number;
  /** All that the worker may write to the host, in UTF-16 units. */
  readonly outputCharacters: number;
}

/** Files of models that tools use, each an absolute path that the worker may read, or null when it is not installed. */
export interface ToolWeights {
  readonly ocr: string | null;
}

/** What a running tool sees of the world. */
export interface ToolContext {
  /** Empty unless the tool declares the need `grants`. Paths are real paths. */
  readonly grants: readonly Grant[];
  /** The host's side of the line. It refuses what the tool did not declare. */
  readonly broker: Pick<Client<typeof brokerContract>, "call">;
  /** ISO day, 2026-11-23. */
  readonly today: string;
  readonly signal: AbortSignal;
  readonly weights: ToolWeights;
}

type ValueOf<A extends ToolArgument> = A extends { readonly kind: "number" }
  ? number
  : A extends { readonly kind: "boolean" }
    ? boolean
    : A extends { readonly kind: "choice"; readonly values: readonly (infer V)[] }
      ? V
      : A extends { readonly kind: "list"; readonly of: infer O }
        ? readonly (O extends "number" ? number : string)[]
        : string;

/** The checked arguments of a call, as the tool's own declaration says they are. */
export type ArgumentsOf<A extends Readonly<Record<string, ToolArgument>>> = {
  readonly [K in keyof A as A[K] extends { readonly optional: true } ? never : K]: ValueOf<A[K]>;
} & {
  readonly [K in keyof A as A[K] extends { readonly optional: true } ? K : never]?: ValueOf<A[K]> | undefined;
};

export interface ToolDefinition {
  readonly spec: ToolSpec;
  readonly limits: ToolLimits;
  /** Runs inside the worker. Expected failures are thrown as IndoorsError or returned with `ok: false`. */
  run(args: Readonly<Record<string, unknown>>, context: ToolContext): Promise<ToolOutcome>;
  /** Loads what `run` needs in most calls, so that a worker that waits for a call has it already. */
  readonly prepare?: () => Promise<unknown>;
}

/** A tool that runs a program of its own in the sandbox, in place of code of ours in a worker. */
export interface ProgramTool {
  readonly spec: ToolSpec;
  readonly limits: ToolLimits;
  /** What to start for these checked arguments. @throws IndoorsError `input.invalid` */
  program(args: Readonly<Record<string, unknown>>): { readonly image: Image; readonly stdin: string };
}

export type AnyTool = ToolDefinition | ProgramTool;

/** Ties `run` to the arguments its spec declares, so that the compiler checks one against the other. */
export function defineTool<const A extends Readonly<Record<string, ToolArgument>>>(definition: {
  readonly spec: ToolSpec & { readonly arguments: A };
  readonly limits: ToolLimits;
  readonly run: (args: ArgumentsOf<A>, context: ToolContext) => Promise<ToolOutcome>;
  readonly prepare?: () => Promise<unknown>;
}): ToolDefinition {
  // The launcher checks the arguments against the same spec before a worker gets them.
  return { ...definition, run: (args, context) => definition.run(args as ArgumentsOf<A>, context) };
}
