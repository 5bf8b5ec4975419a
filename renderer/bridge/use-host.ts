import { createContext, useCallback, useContext, useEffect, useRef, useState, useSyncExternalStore } from "react";
import type { ParamsInput, Payload, Result } from "../../src/shared/contract.ts";
import { IndoorsError } from "../../src/shared/errors.ts";
import type { hostContract } from "../../src/shared/host-contract.ts";
import type { Connection } from "./connection.ts";

type Host = typeof hostContract;
type HostMethod = keyof Host["methods"] & string;
type HostEvent = keyof Host["events"] & string;

export const ConnectionContext = createContext<Connection | null>(null);

/** The connection of this page. */
export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (connection === null) throw new Error("there is no ConnectionContext above this component");
  return connection;
}

/** The state of the host, kept up to date. */
export function useHostState() {
  const connection = useConnection();
  return useSyncExternalStore(connection.onHostState, connection.hostState);
}

/** Calls `listener` for each event of the host while the component is there. The newest listener is used. */
export function useHostEvent<E extends HostEvent>(event: E, listener: (payload: Payload<Host, E>) => void): void {
  const connection = useConnection();
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  useEffect(() => connection.onHost(event, (payload) => latest.current(payload)), [connection, event]);
}

/** What is known of the answer to a call. `data` stays while it is asked again. */
export interface Asked<T> {
  readonly data: T | undefined;
  readonly error: IndoorsError | undefined;
  /** True until the first answer of these parameters. */
  readonly loading: boolean;
  /** Asks again. */
  readonly reload: () => void;
  /** Puts in a value known by other means, such as an event, until the next answer. */
  readonly put: (change: (data: T) => T) => void;
}

/**
 * Asks the host, again when the parameters change and in each new life of the host. Cancelled when the component goes.
 * `params` null: does not ask yet.
 */
export function useHost<M extends HostMethod>(method: M, params: ParamsInput<Host, M> | null): Asked<Result<Host, M>> {
  const connection = useConnection();
  const life = useSyncExternalStore(connection.onHostState, connection.hostLife);
  const key = params === null ? null : JSON.stringify(params);
  const [round, setRound] = useState(0);
  const [answer, setAnswer] = useState<{
    readonly key: string | null;
    readonly data?: Result<Host, M>;
    readonly error?: IndoorsError;
  }>({ key: null });
  useEffect(() => {
    if (key === null) return;
    const controller = new AbortController();
    connection
      .host()
      .call(method, JSON.parse(key) as ParamsInput<Host, M>, { signal: controller.signal })
      .then(
        (data) => {
          if (!controller.signal.aborted) setAnswer({ key, data });
        },
        (error: unknown) => {
          if (controller.signal.aborted) return;
          const known = error instanceof IndoorsError ? error : new IndoorsError("internal");
          // The host is gone for a moment: its next life asks again.
          if (known.code === "channel.closed") return;
          setAnswer((before) => (before.key === key ? { ...before, error: known } : { key, error: known }));
        },
      );
    return () => controller.abort();
  }, [connection, method, key, life, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  const put = useCallback(
    (change: (data: Result<Host, M>) => Result<Host, M>) =>
      setAnswer((before) => (before.data === undefined ? before : { ...before, data: change(before.data) })),
    [],
  );
  const current = answer.key === key;
  return {
    data: answer.data,
    error: current ? answer.error : undefined,
    loading: key !== null && (!current || (answer.data === undefined && answer.error === undefined)),
    reload,
    put,
  };
}

/** Calls the host once, from an event handler. */
export function useCallHost() {
  const connection = useConnection();
  return useCallback(
    <M extends HostMethod>(method: M, params: ParamsInput<Host, M>, signal?: AbortSignal) =>
      connection.host().call(method, params, { signal }),
    [connection],
  );
}
