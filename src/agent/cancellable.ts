import { IndoorsError } from "../shared/errors.ts";

/**
 * Starts `work` and gives up waiting the moment `signal` fires, even when the work itself does not listen to it.
 * Rejects with `cancelled` then; what the abandoned work comes to is ignored.
 */
export function cancellable<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(new IndoorsError("cancelled"));
  const { promise: cancelled, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new IndoorsError("cancelled"));
  signal.addEventListener("abort", onAbort, { once: true });
  return Promise.race([work(), cancelled]).finally(() => signal.removeEventListener("abort", onAbort));
}
