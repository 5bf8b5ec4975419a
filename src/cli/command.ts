import type { ParseArgsConfig } from "node:util";
import type { Client } from "../shared/contract.ts";
import type { hostContract } from "../shared/host-contract.ts";
import type { Host } from "../host/host.ts";
import type { Terminal } from "./terminal.ts";

export type HostClient = Client<typeof hostContract>;

/** What a command gets to work with. */
export interface CommandContext {
  readonly positionals: readonly string[];
  /** An option's value as written, or undefined. */
  text(option: string): string | undefined;
  texts(option: string): readonly string[];
  flag(option: string): boolean;
  readonly terminal: Terminal;
  /** Fires at the first Ctrl+C; the second one ends the process. */
  readonly signal: AbortSignal;
  /** Opens the data folder and starts the host in this process, once. */
  host(): Promise<HostClient>;
  /** The same host's parts, for benchmarks. */
  parts(): Promise<Host>;
  readonly dataFolder: string;
}

/** One command of `indoors`. `run` returns the exit code. */
export interface Command {
  readonly summary: string;
  readonly usage: string;
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  run(context: CommandContext): Promise<number>;
}

/** Thrown for a command that was written wrongly; the usage is printed with it. */
export class UsageError extends Error {}

/** Checks that an option is one of a few words. */
export function oneOf<T extends string>(
  option: string,
  written: string | undefined,
  allowed: readonly T[],
  otherwise: T,
): T {
  if (written === undefined) return otherwise;
  const found = allowed.find((value) => value === written);
  if (found === undefined) throw new UsageError(`--${option} is one of ${allowed.join(", ")}; '${written}' is not.`);
  return found;
}
