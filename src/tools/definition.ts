import type { Client } from "../shared/contract.ts";
import type { Grant, ToolArgument, ToolOutcome, ToolSpec } from "../shared/tool.ts";
import type { brokerContract } from "../shared/tool-contract.ts";

/** What one call may use. Going over ends the worker, and the outcome is `tool.limit`. */
export interface ToolLimits {
  readonly wallMs: number;
  /** Size of the JavaScript heap. */
  readonly heapMb: number;
  /** All that the worker may write to the host, in UTF-16 units. */
  readonly outputCharacters: number;
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
}

/** Ties `run` to the arguments its spec declares, so that the compiler checks one against the other. */
export function defineTool<const A extends Readonly<Record<string, ToolArgument>>>(definition: {
  readonly spec: ToolSpec & { readonly arguments: A };
  readonly limits: ToolLimits;
  readonly run: (args: ArgumentsOf<A>, context: ToolContext) => Promise<ToolOutcome>;
}): ToolDefinition {
  // The worker checks the arguments against the same spec before it calls `run`.
  return { ...definition, run: (args, context) => definition.run(args as ArgumentsOf<A>, context) };
}
