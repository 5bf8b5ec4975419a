import { createContext, Script } from "node:vm";

const context = createContext({ run: undefined as (() => unknown) | undefined });
const script = new Script("run()");

/**
 * Runs synchronous work and stops it when it takes too long, be it in the middle of a regular expression. The work must
 * leave nothing behind that is used again when it was stopped.
 * @param ms milliseconds
 * @throws an error with the code `ERR_SCRIPT_EXECUTION_TIMEOUT`; what the work throws.
 */
export function withinDeadline<T>(ms: number, work: () => T): T {
  context["run"] = work;
  try {
    return script.runInContext(context, { timeout: ms }) as T;
  } finally {
    context["run"] = undefined;
  }
}
