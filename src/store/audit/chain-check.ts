import type { KeyObject } from "node:crypto";
import type { AuditAnchor, AuditFinding, AuditWarning } from "../../shared/audit-contract.ts";
import type { ChainPlace } from "./audit-database.ts";
import { genesisDigest, type LogOrigin, rowDigest, rowMac, saltDigest, type StoredRow } from "./chain.ts";

/** A row with the salt that lies beside it, or null where there is none. */
export interface SaltedRow extends StoredRow {
  readonly salt: Buffer | null;
}

export interface ChainCheckOptions {
  readonly origin: LogOrigin;
  /** Without it macs are not looked at. */
  readonly key?: KeyObject | undefined;
  /** Anchors whose signature is good. */
  readonly anchors?: readonly AuditAnchor[] | undefined;
  /** Where to begin: everything up to here was checked before. */
  readonly from?: ChainPlace | undefined;
}

/** Milliseconds by which the clock may move against the one nobody can set before it counts as set. */
const clockTolerance = 60_000;

/**
 * Checks a log row by row, in the order of `seq`, then once at the end. Says everything that is wrong; each row is
 * checked against what the row before it claims, so one changed row is one finding and not all that follow.
 */
export class ChainCheck {
  readonly warnings: AuditWarning[] = [];
  rows = 0;
  erased = 0;
  firstTime: string | null = null;
  lastTime: string | null = null;
  readonly #options: ChainCheckOptions;
  readonly #anchors = new Map<number, AuditAnchor[]>();
  readonly #openIntents = new Set<string>();
  /** Rows that have no salt although they had one, and rows that a `log.erase` names. */
  readonly #saltGone = new Set<number>();
  readonly #saltErased = new Set<number>();
  #place: ChainPlace;
  #before: StoredRow | undefined;

  constructor(options: ChainCheckOptions) {
    this.#options = options;
    this.#place = options.from ?? { seq: 0, digest: genesisDigest(options.origin) };
    for (const anchor of options.anchors ?? []) {
      this.#anchors.set(anchor.seq, [...(this.#anchors.get(anchor.seq) ?? []), anchor]);
    }
  }

  get place(): ChainPlace {
    return this.#place;
  }

  get openIntents(): number {
    return this.#openIntents.size;
  }

  /** The next row of the file. */
  next(row: SaltedRow): AuditFinding[] {
    const findings: AuditFinding[] = [];
    const wrong = (kind: AuditFinding["kind"], detail: string) => findings.push({ kind, seq: row.seq, detail });
    const expected = this.#place.seq + 1;
    if (row.seq !== expected) wrong("sequence", `Row ${row.seq} stands where row ${expected} was written.`);
    if (!/^[0-9a-f]{64}$/.test(row.digest) || rowDigest(this.#place.digest, row) !== row.digest) {
      wrong("digest", `Row ${row.seq} or the one before it was changed.`);
    }
    if (this.#options.key !== undefined && rowMac(this.#options.key, row.digest) !== row.mac) {
      wrong("mac", `Row ${row.seq} was not written with the key of this log.`);
    }
    if (row.salt !== null && (row.salt_digest === null || saltDigest(row.salt) !== row.salt_digest)) {
      wrong("salt", `The salt of row ${row.seq} was changed.`);
    }
    if (row.salt === null && row.salt_digest !== null) this.#saltGone.add(row.seq);
    for (const anchor of this.#anchors.get(row.seq) ?? []) {
      if (anchor.head === row.digest || anchor.logId !== this.#options.origin.log_id) continue;
      wrong("rewritten", `The anchor of ${anchor.time} knows another row ${row.seq}: the log was written anew.`);
    }
    this.#notice(row);
    this.#place = { seq: row.seq, digest: row.digest };
    return findings;
  }

  /** After the last row. */
  end(): AuditFinding[] {
    const findings: AuditFinding[] = [];
    for (const anchor of [...this.#anchors.values()].flat()) {
      if (anchor.logId !== this.#options.origin.log_id) {
        const detail = `The anchor of ${anchor.time} is of another log (${anchor.logId}): this one was put in its place.`;
        findings.push({ kind: "other-log", seq: anchor.seq, detail });
      } else if (anchor.seq > this.#place.seq) {
        const detail =
          `The anchor of ${anchor.time} knows ${anchor.seq} rows, the log ends at row ${this.#place.seq}: ` +
          "its end was cut off, or an older copy was put in its place.";
        findings.push({ kind: "truncated", seq: anchor.seq, detail });
      }
    }
    for (const seq of this.#saltGone) {
      if (this.#saltErased.has(seq)) this.erased++;
      else
        findings.push({ kind: "salt-gone", seq, detail: `The salt of row ${seq} is gone; no row says it was erased.` });
    }
    return findings;
  }

  /** What is worth knowing and no proof of a change. */
  #notice(row: StoredRow): void {
    this.rows++;
    this.firstTime ??= row.time;
    this.lastTime = row.time;
    if (row.phase === "intent") this.#openIntents.add(row.id);
    else if (row.ref !== null) this.#openIntents.delete(row.ref);
    if (row.action === "log.erase") for (const seq of erasedRows(row.facts)) this.#saltErased.add(seq);
    const before = this.#before;
    this.#before = row;
    if (before === undefined) return;
    const passed = Date.parse(row.time) - Date.parse(before.time);
    const say = (kind: AuditWarning["kind"], detail: string) => this.warnings.push({ kind, seq: row.seq, detail });
    if (passed < 0) {
      say("clock-back", `The clock went back by ${-passed} ms between rows ${before.seq} and ${row.seq}.`);
    } else if (row.boot === before.boot && Math.abs(passed - (row.mono - before.mono)) > clockTolerance) {
      const by = Math.round((passed - (row.mono - before.mono)) / 1000);
      say("clock-set", `The clock was set by ${by} s between rows ${before.seq} and ${row.seq}, or the machine slept.`);
    }
  }
}

function erasedRows(facts: string): number[] {
  try {
    const { rows } = JSON.parse(facts) as { readonly rows?: unknown };
    return typeof rows === "string" ? rows.split(",").map(Number) : [];
  } catch {
    return [];
  }
}
