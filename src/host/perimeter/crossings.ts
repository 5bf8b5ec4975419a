import type { AuditEntry } from "../../shared/audit.ts";
import type { Payload } from "../../shared/contract.ts";
import type { gatewayContract } from "../../shared/gateway-contract.ts";

export type Crossing = Payload<typeof gatewayContract, "crossed">;

export interface CrossingsOptions {
  readonly write: (entry: AuditEntry) => void;
  /** How long is counted together. Default: 10 s. */
  readonly windowMs?: number;
}

/** So many of one kind are rows of their own in each window; the others become one row that says how many. */
const rowsEach = 20;
/** So many kinds are told apart in each window: whoever floods the listener must not fill the log. */
const mostKinds = 50;

/** Makes rows of what crossed the perimeter, at a bounded rate: nothing is left out, but what comes in floods is summed. */
export class Crossings {
  readonly #options: CrossingsOptions;
  readonly #kinds = new Map<string, { seen: number; rest: Crossing | null; times: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CrossingsOptions) {
    this.#options = options;
  }

  add(crossing: Crossing): void {
    this.#timer ??= setTimeout(() => this.flush(), this.#options.windowMs ?? 10_000);
    const own = `${crossing.server} ${crossing.what} ${crossing.ok}`;
    const isKnown = this.#kinds.has(own) || this.#kinds.size < mostKinds;
    const key = isKnown ? own : "";
    const kind = this.#kinds.get(key) ?? { seen: 0, rest: null, times: 0 };
    this.#kinds.set(key, kind);
    if (key !== "" && kind.seen++ < rowsEach) return this.#options.write(entryOf(crossing, 1));
    const { bytesOut = 0, bytesIn = 0 } = kind.rest ?? {};
    const named = key === "" ? { ...crossing, server: "several" } : crossing;
    kind.rest = { ...named, bytesOut: bytesOut + crossing.bytesOut, bytesIn: bytesIn + crossing.bytesIn };
    kind.times++;
  }

  /** Writes what was only counted, and begins anew. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const kinds = [...this.#kinds.values()];
    this.#kinds.clear();
    for (const { rest, times } of kinds) if (rest !== null) this.#options.write(entryOf(rest, times));
  }
}

/** `times` above 1: the row is of so many, the bytes are of all of them, and the rest is of the last. */
function entryOf({ server, ...facts }: Crossing, times: number): AuditEntry {
  return {
    ...{ action: "perimeter.cross", actor: { kind: "system", name: "gateway" }, runId: null, subject: server },
    facts: times === 1 ? facts : { ...facts, times },
    content: {},
  };
}
