import { type ErrorCode, IndoorsError } from "../shared/errors.ts";

/** What the command line's exit codes mean. `indoors --help` and the README list them. */
export const exitCodes = {
  ok: 0,
  /** A bug in Indoors. The stack is in the local log. */
  internal: 1,
  /** The command was written wrongly. */
  usage: 2,
  /** An input could not be used: at least one file failed, or the thing named does not exist. The rest was done. */
  input: 3,
  /** Something is missing on this machine: a model, an engine, a decoder, memory. */
  missing: 4,
  /** The agent stopped without an answer. */
  noAnswer: 5,
  /** The data folder is in use by another Indoors, or its database cannot be used. */
  data: 6,
  /** Interrupted by Ctrl+C. Long work goes on at the next start. */
  cancelled: 130,
} as const;

const byErrorCode: Readonly<Record<ErrorCode, number>> = {
  "contract.invalid": exitCodes.internal,
  "contract.unknown-method": exitCodes.internal,
  "channel.closed": exitCodes.internal,
  cancelled: exitCodes.cancelled,
  timeout: exitCodes.input,
  "input.invalid": exitCodes.input,
  "file.unreadable": exitCodes.input,
  "audio.undecodable": exitCodes.input,
  "audio.decoder-missing": exitCodes.missing,
  "model.missing": exitCodes.missing,
  "model.changed": exitCodes.missing,
  "model.refused": exitCodes.input,
  "memory.too-small": exitCodes.missing,
  "engine.crashed": exitCodes.internal,
  "engine.missing": exitCodes.missing,
  "engine.failed": exitCodes.input,
  "store.unusable": exitCodes.data,
  "data.busy": exitCodes.data,
  "not-found": exitCodes.input,
  "tool.failed": exitCodes.input,
  "tool.limit": exitCodes.input,
  "tool.denied": exitCodes.input,
  "sandbox.unavailable": exitCodes.missing,
  "server.refused": exitCodes.input,
  "server.failed": exitCodes.input,
  "perimeter.refused": exitCodes.input,
  "perimeter.unreachable": exitCodes.missing,
  "policy.invalid": exitCodes.input,
  "audit.unwritable": exitCodes.data,
  internal: exitCodes.internal,
};

/** The exit code for anything that was thrown. */
export function exitCodeFor(thrown: unknown): number {
  return thrown instanceof IndoorsError ? byErrorCode[thrown.code] : exitCodes.internal;
}
