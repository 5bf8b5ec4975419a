import { type ErrorCode, IndoorsError } from "../shared/errors.ts";
import type { StopReason } from "../shared/run.ts";

/** Thrown inside a run to end it without an answer. Never leaves the loop. */
export class StopRun extends Error {
  readonly reason: StopReason;

  constructor(reason: StopReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The code of a call that could not be recorded. Nothing may follow from it. */
export const unrecordedCode: ErrorCode = "audit.unwritable";

/** The reason and the sentence for whatever ended a run; `bug` when it was not an expected failure. */
export function stopOf(
  thrown: unknown,
  cancelled: boolean,
): { readonly reason: StopReason; readonly message: string; readonly bug: boolean } {
  if (thrown instanceof StopRun) return { reason: thrown.reason, message: thrown.message, bug: false };
  if (cancelled || (thrown instanceof IndoorsError && thrown.code === "cancelled")) {
    return { reason: "cancelled", message: "Cancelled before there was an answer.", bug: false };
  }
  if (thrown instanceof IndoorsError && thrown.code !== "internal") {
    return { reason: thrown.code === unrecordedCode ? "audit" : "tool", message: thrown.message, bug: false };
  }
  return { reason: "tool", message: "Something inside Indoors failed. The details are in the local log.", bug: true };
}

/** Runs a call of the model; its expected failures end the run with `engine`. Cancelling and bugs pass through. */
export async function fromEngine<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (thrown) {
    if (!(thrown instanceof IndoorsError) || thrown.code === "cancelled") throw thrown;
    throw new StopRun("engine", `The language model failed: ${thrown.message} Ask again to retry.`);
  }
}
