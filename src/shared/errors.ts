/**
 * Every failure that may cross a process boundary, with what it means. The list is closed: a new kind of failure is a
 * new line here, with its exit code in `src/cli/exit-codes.ts` and its words in the user's language later.
 */
export const errorCodes = {
  /** A message did not have the shape of the contract. data: {where, issues}. */
  "contract.invalid": "A message did not match the contract.",
  /** The method is not part of the contract. */
  "contract.unknown-method": "The other side does not know this method.",
  /** The other process ended, or its channel closed, before it answered. */
  "channel.closed": "The other process ended before it answered.",
  /** The caller gave up. */
  cancelled: "Cancelled.",
  /** A limit on time ran out. data: {limitMs}. */
  timeout: "The time limit ran out.",
  /** What was asked is not possible with this input: the message says what and what to do instead. */
  "input.invalid": "The input cannot be used.",
  /** The file or folder is not there, is a folder, or may not be read. */
  "file.unreadable": "The file cannot be read.",
  /** The file is not of a kind that can be decoded, or it is damaged. */
  "audio.undecodable": "The recording cannot be decoded.",
  /** Decoding this format needs a program that is not installed. data: {needs}. */
  "audio.decoder-missing": "Decoding this format needs a program that is not installed.",
  /** No such model is imported. */
  "model.missing": "The model is not on this machine.",
  /** The model's bytes are not those that were imported. data: {expected, actual}. */
  "model.changed": "The model file has changed since it was imported.",
  /** The file was refused at import. data: {reason}. */
  "model.refused": "The file was refused as a model.",
  /** The machine has too little memory. data: {haveBytes, needBytes}. */
  "memory.too-small": "This machine has too little memory for that.",
  /** An engine process ended unexpectedly; it will be started again at the next use. */
  "engine.crashed": "The engine stopped unexpectedly.",
  /** The engine is not built or installed on this machine. */
  "engine.missing": "The engine is not available on this machine.",
  /** The engine refused or failed the request. */
  "engine.failed": "The engine could not do that.",
  /** The database cannot be used: newer version, damaged, not ours. */
  "store.unusable": "The database cannot be used.",
  /** Another running Indoors owns this data folder. */
  "data.busy": "Another Indoors is using this data folder.",
  /** Nothing with this id or name exists. */
  "not-found": "There is no such thing.",
  /** The tool refused the call or failed with a reason the model may read. */
  "tool.failed": "The tool could not do that.",
  /** The tool's worker used more than it may. data: {limit}. */
  "tool.limit": "The tool went over a limit.",
  /** The policy denied the call. */
  "tool.denied": "The policy does not allow this call.",
  /** The sandbox here is weaker than the policy demands, or cannot do what was asked. data: {level, minimum}. */
  "sandbox.unavailable": "The sandbox on this machine cannot do that.",
  /** The bundle was refused, or the server's tool was not approved. data: {reason}. */
  "server.refused": "The server cannot be used.",
  /** The server ended, hung, or does not speak the protocol. */
  "server.failed": "The server failed.",
  /** The address, certificate or credential is not one that the perimeter allows. data: {reason}. */
  "perimeter.refused": "The perimeter does not allow that.",
  /** The gateway or the connector cannot be reached. */
  "perimeter.unreachable": "It cannot be reached.",
  /** A policy, images or approvals file cannot be used. */
  "policy.invalid": "The policy file cannot be used.",
  /** The audit log cannot be written, so nothing that must be in it may happen. */
  "audit.unwritable": "The audit log cannot be written.",
  /** A bug. The stack stays in the local log. */
  internal: "Something inside Indoors failed.",
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** The form in which a failure crosses a process boundary. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly data?: unknown;
}

/**
 * A failure with a code from the closed list. The message is one sentence for people: what failed, why, what to do.
 * Anything else that is thrown counts as a bug and crosses a boundary as `internal`.
 */
export class IndoorsError extends Error {
  override readonly name = "IndoorsError";
  readonly code: ErrorCode;
  readonly data: unknown;

  constructor(code: ErrorCode, message?: string, data?: unknown) {
    super(message ?? errorCodes[code]);
    this.code = code;
    this.data = data;
  }
}

/** True for a code of the closed list. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(errorCodes, code);
}

/** Makes any thrown value ready to cross a boundary. Bugs lose their message: it may hold content. */
export function toWireError(thrown: unknown): WireError {
  if (thrown instanceof IndoorsError) {
    return thrown.data === undefined
      ? { code: thrown.code, message: thrown.message }
      : { code: thrown.code, message: thrown.message, data: thrown.data };
  }
  return { code: "internal", message: errorCodes.internal };
}

/** The error to throw on the receiving side for a failure that crossed a boundary. */
export function fromWireError(error: WireError): IndoorsError {
  return new IndoorsError(error.code, error.message, error.data);
}

/** The sentence to show for any thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Throws `cancelled` when the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new IndoorsError("cancelled");
}

/** For the default branch of a switch over a union: a new member becomes a type error there. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
