import type { z } from "zod";
import type { Channel } from "./channel.ts";
import { fromWireError, IndoorsError, toWireError } from "./errors.ts";
import { parseWireMessage, type WireMessage } from "./wire.ts";

export interface Method {
  readonly params: z.ZodType;
  readonly result: z.ZodType;
}

/** What one side of a channel offers the other: methods that answer, events that do not. */
export interface Contract {
  readonly methods: Readonly<Record<string, Method>>;
  readonly events: Readonly<Record<string, z.ZodType>>;
}

export type Params<C extends Contract, M extends keyof C["methods"]> = z.output<C["methods"][M]["params"]>;
export type ParamsInput<C extends Contract, M extends keyof C["methods"]> = z.input<C["methods"][M]["params"]>;
export type Result<C extends Contract, M extends keyof C["methods"]> = z.output<C["methods"][M]["result"]>;
export type Payload<C extends Contract, E extends keyof C["events"]> = z.output<C["events"][E]>;

/** One function per method. The signal fires when the caller gives up or is gone. */
export type Implementation<C extends Contract> = {
  readonly [M in keyof C["methods"]]: (
    params: Params<C, M>,
    signal: AbortSignal,
  ) => Promise<Result<C, M>> | Result<C, M>;
};

export interface Server<C extends Contract> {
  emit<E extends keyof C["events"] & string>(event: E, payload: Payload<C, E>): void;
  /** Stops answering and aborts what is under way. The channel stays open: its owner closes it. */
  dispose(): void;
}

export interface Client<C extends Contract> {
  /**
   * Calls a method and waits for its answer. Rejects with an IndoorsError: the other side's, `contract.invalid` when
   * the answer has the wrong shape, `channel.closed` when the other side is gone, `cancelled` when `signal` fired.
   */
  call<M extends keyof C["methods"] & string>(
    method: M,
    params: ParamsInput<C, M>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<Result<C, M>>;
  /** Listens to an event. A payload of the wrong shape is dropped and reported. Returns the function that stops it. */
  on<E extends keyof C["events"] & string>(event: E, listener: (payload: Payload<C, E>) => void): () => void;
  dispose(): void;
}

export interface EndOptions {
  /** Told of what must not be shown to the other side: bugs with their stacks, refused messages. Default: nobody. */
  readonly onFault?: (fault: unknown, where: string) => void;
}

/**
 * Answers the calls that arrive on the channel. Params are validated here, on the receiving side; results are
 * validated by the caller. Responses and events on the same channel are left to a `connect` beside it.
 */
export function serve<C extends Contract>(
  channel: Channel,
  contract: C,
  implementation: Implementation<C>,
  options: EndOptions = {},
): Server<C> {
  const underWay = new Map<number, AbortController>();
  const fault = options.onFault ?? (() => {});

  async function answer(id: number, method: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    underWay.set(id, controller);
    try {
      if (!Object.hasOwn(contract.methods, method)) {
        throw new IndoorsError("contract.unknown-method", `There is no method '${method}'.`);
      }
      const parsed = contract.methods[method]?.params.safeParse(params);
      if (!parsed?.success) {
        throw new IndoorsError("contract.invalid", `The parameters of '${method}' have the wrong shape.`, {
          where: method,
          issues: parsed?.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })),
        });
      }
      const run = implementation[method] as (params: unknown, signal: AbortSignal) => unknown;
      const result = await run(parsed.data, controller.signal);
      channel.send({ id, ok: true, result: result ?? null });
    } catch (thrown) {
      if (!(thrown instanceof IndoorsError)) fault(thrown, method);
      channel.send({ id, ok: false, error: toWireError(thrown) });
    } finally {
      underWay.delete(id);
    }
  }

  const stopMessages = channel.onMessage((value) => {
    const message = readMessage(value, fault);
    if (message === undefined) return;
    if ("method" in message) void answer(message.id, message.method, message.params);
    else if ("cancel" in message) underWay.get(message.cancel)?.abort(new IndoorsError("cancelled"));
  });
  const abortAll = () => {
    for (const controller of underWay.values()) controller.abort(new IndoorsError("channel.closed"));
  };
  const stopClose = channel.onClose(abortAll);

  return {
    emit: (event, payload) => channel.send({ event, payload }),
    dispose() {
      stopMessages();
      stopClose();
      abortAll();
    },
  };
}

/** Calls the other side of the channel. Requests on the same channel are left to a `serve` beside it. */
export function connect<C extends Contract>(channel: Channel, contract: C, options: EndOptions = {}): Client<C> {
  interface Pending {
    readonly method: string;
    readonly resolve: (result: never) => void;
    readonly reject: (error: IndoorsError) => void;
  }
  const pending = new Map<number, Pending>();
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const fault = options.onFault ?? (() => {});
  let nextId = 0;
  let closedBy: string | undefined;

  function settle(message: Extract<WireMessage, { ok: boolean }>): void {
    const call = pending.get(message.id);
    if (call === undefined) return;
    pending.delete(message.id);
    if (!message.ok) return call.reject(fromWireError(message.error));
    const parsed = contract.methods[call.method]?.result.safeParse(message.result);
    if (parsed?.success) return call.resolve(parsed.data as never);
    const issues = parsed?.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message }));
    call.reject(
      new IndoorsError("contract.invalid", `The answer of '${call.method}' has the wrong shape.`, { issues }),
    );
  }

  function deliver(event: string, payload: unknown): void {
    const heard = listeners.get(event);
    if (heard === undefined || !Object.hasOwn(contract.events, event)) return;
    const parsed = contract.events[event]?.safeParse(payload);
    if (!parsed?.success) return fault(parsed?.error, event);
    for (const listener of [...heard]) listener(parsed.data as never);
  }

  const stopMessages = channel.onMessage((value) => {
    const message = readMessage(value, fault);
    if (message === undefined) return;
    if ("ok" in message) settle(message);
    else if ("event" in message) deliver(message.event, message.payload);
  });
  const stopClose = channel.onClose((reason) => {
    closedBy = reason;
    for (const call of pending.values()) call.reject(new IndoorsError("channel.closed", undefined, { reason }));
    pending.clear();
  });

  return {
    call(method, params, { signal } = {}) {
      if (signal?.aborted) return Promise.reject(new IndoorsError("cancelled"));
      if (closedBy !== undefined) {
        return Promise.reject(new IndoorsError("channel.closed", undefined, { reason: closedBy }));
      }
      const id = nextId++;
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          if (!pending.delete(id)) return;
          channel.send({ cancel: id });
          reject(new IndoorsError("cancelled"));
        };
        const done = () => signal?.removeEventListener("abort", onAbort);
        pending.set(id, {
          method,
          resolve: (result) => {
            done();
            resolve(result);
          },
          reject: (error) => {
            done();
            reject(error);
          },
        });
        signal?.addEventListener("abort", onAbort, { once: true });
        channel.send({ id, method, params: params ?? null });
      });
    },
    on(event, listener) {
      const heard = listeners.get(event) ?? new Set();
      listeners.set(event, heard);
      heard.add(listener as (payload: never) => void);
      return () => heard.delete(listener as (payload: never) => void);
    },
    dispose() {
      stopMessages();
      stopClose();
      for (const call of pending.values()) call.reject(new IndoorsError("channel.closed"));
      pending.clear();
      closedBy = "disposed";
    },
  };
}

function readMessage(value: unknown, fault: (fault: unknown, where: string) => void): WireMessage | undefined {
  try {
    return parseWireMessage(value);
  } catch (refused) {
    fault(refused, "channel");
    return undefined;
  }
}
