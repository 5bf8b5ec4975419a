import { setTimeout as wait } from "node:timers/promises";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { backoffMs, goodAfterMs } from "./backoff.ts";
import { type ConnectorState } from "./connector-state.ts";
import { dialAppliance } from "./dial-appliance.ts";
import type { OpenLocal } from "./local-session.ts";
import { serveWire } from "./serve-wire.ts";

export interface RunConnectorOptions {
  readonly state: ConnectorState;
  readonly program: string;
  readonly openLocal: OpenLocal;
  /** What happens, a sentence at a time. */
  readonly say: (sentence: string) => void;
  readonly signal: AbortSignal;
  readonly heartbeatMs?: number | undefined;
  readonly waitMs?: (failures: number) => number;
}

/**
 * Keeps this machine connected to its appliance until the signal fires.
 * @throws IndoorsError `perimeter.refused` when the appliance says that this machine has no right any more
 */
export async function runConnector(options: RunConnectorOptions): Promise<void> {
  const { state, say, signal } = options;
  const waitMs = options.waitMs ?? ((failures) => backoffMs(failures, Math.random()));
  const place = state.address.includes(":") ? `[${state.address}]:${state.port}` : `${state.address}:${state.port}`;
  let failures = 0;
  while (!signal.aborted) {
    let greetedAt: number | undefined;
    let lost: string;
    try {
      const knows = (fingerprint: string) => fingerprint === state.appliance;
      const { socket } = await dialAppliance({ ...state, knows }, state.identity, signal);
      const reason = await serveWire(socket, {
        ...options,
        onHello(name) {
          greetedAt = performance.now();
          say(`Connected to ${place} as ${name}.`);
        },
      });
      lost =
        greetedAt === undefined
          ? `${place} did not answer: ${reason}.`
          : `The connection to ${place} was lost: ${reason}.`;
    } catch (thrown) {
      if (isRefusal(thrown) || signal.aborted) {
        if (signal.aborted) break;
        throw thrown;
      }
      lost = messageOf(thrown);
    }
    if (signal.aborted) break;
    if (greetedAt !== undefined && performance.now() - greetedAt >= goodAfterMs) failures = 0;
    const pause = waitMs(failures++);
    say(`${lost} Trying again in ${Math.max(1, Math.round(pause / 1000))} s.`);
    await wait(pause, undefined, { signal }).catch(() => {});
  }
  say("Stopped.");
}

/** Said by the appliance itself, over a connection in which it was known. Anything else may pass. */
function isRefusal(thrown: unknown): boolean {
  if (!(thrown instanceof IndoorsError) || thrown.code !== "perimeter.refused") return false;
  return (thrown.data as { reason?: unknown } | undefined)?.reason === "revoked";
}
