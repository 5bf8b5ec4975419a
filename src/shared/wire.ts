import { IndoorsError, isErrorCode, type WireError } from "./errors.ts";

/** Everything that ever crosses a channel. One request has one response; `cancel` asks the other side to stop it. */
export type WireMessage =
  | { readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly error: WireError }
  | { readonly event: string; readonly payload: unknown }
  | { readonly cancel: number };

const longestName = 100;

/**
 * Reads one value that came over a channel. Written by hand: a tool worker starts in less time than zod needs to load.
 * @throws IndoorsError `contract.invalid` for anything that is not a wire message.
 */
export function parseWireMessage(value: unknown): WireMessage {
  const message = isRecord(value) ? wireMessage(value) : undefined;
  if (message === undefined) throw new IndoorsError("contract.invalid", "A message is not of the contract's form.");
  return message;
}

function wireMessage(value: Readonly<Record<string, unknown>>): WireMessage | undefined {
  const { id, method, params, ok, result, error, event, payload, cancel } = value;
  if (isId(id)) {
    if (has(value, "id", "method", "params") && isName(method)) return { id, method, params };
    if (has(value, "id", "ok", "result") && ok === true) return { id, ok, result };
    if (has(value, "id", "ok", "error") && ok === false) {
      const read = isRecord(error) ? wireError(error) : undefined;
      return read === undefined ? undefined : { id, ok, error: read };
    }
    return undefined;
  }
  if (has(value, "event", "payload") && isName(event)) return { event, payload };
  return has(value, "cancel") && isId(cancel) ? { cancel } : undefined;
}

function wireError(value: Readonly<Record<string, unknown>>): WireError | undefined {
  const { code, message, data } = value;
  if (!isErrorCode(code) || typeof message !== "string") return undefined;
  if (has(value, "code", "message")) return { code, message };
  return has(value, "code", "message", "data") ? { code, message, data } : undefined;
}

/** True when the value has exactly these keys of its own. */
function has(value: Readonly<Record<string, unknown>>, ...keys: readonly string[]): boolean {
  return Object.keys(value).length === keys.length && keys.every((key) => Object.hasOwn(value, key));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value.length <= longestName;
}
