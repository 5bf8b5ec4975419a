import { randomBytes, randomUUID } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type Database from "better-sqlite3";
import type { AuditEntry, AuditOutcome } from "../../shared/audit.ts";
import { IndoorsError } from "../../shared/errors.ts";
import { connect, type RawDatabase } from "../connection.ts";
import { auditFailure, unwritable } from "./audit-failure.ts";
import { type AuditKeys, openKeys } from "./audit-keys.ts";
import { bootId } from "./boot-id.ts";
import {
  canonicalJson,
  contentHash,
  genesisDigest,
  type LogOrigin,
  rowDigest,
  rowMac,
  saltDigest,
  type StoredRow,
} from "./chain.ts";
import { auditApplicationId, auditMigrations } from "./schema.ts";

/** One row to be written. An outcome takes who and what from its intent. */
export type Append =
  | { readonly phase: "intent" | "event"; readonly entry: AuditEntry }
  | { readonly phase: "outcome"; readonly ref: string; readonly outcome: AuditOutcome };

export interface AuditDatabaseOptions {
  /** The folder of the log and its keys; made when it is not there. */
  readonly folder: string;
  readonly session: string;
  /** Milliseconds since 1970, and of a clock nobody can set. Default: this machine's. */
  readonly now?: () => { readonly wall: number; readonly mono: number };
}

/** The place of a row in the chain: its number and its digest. */
export interface ChainPlace {
  readonly seq: number;
  readonly digest: string;
}

/** The log, open for writing. Every call is synchronous; when it returns, what it did is on disk. */
export class AuditDatabase {
  readonly file: string;
  readonly origin: LogOrigin;
  readonly keys: AuditKeys;
  readonly #database: RawDatabase;
  readonly #options: AuditDatabaseOptions;
  readonly #statements = new Map<string, Database.Statement<unknown[]>>();
  readonly #boot = bootId();

  /** @throws IndoorsError `audit.unwritable` */
  constructor(options: AuditDatabaseOptions) {
    this.#options = options;
    this.file = join(options.folder, "audit.sqlite");
    let database: RawDatabase | undefined;
    try {
      mkdirSync(options.folder, { recursive: true, mode: 0o700 });
      database = connect(this.file, { timeout: 5000 });
      chmodSync(this.file, 0o600);
      const isNew = prepare(database, this.file);
      this.keys = openKeys(options.folder, isNew);
      this.origin = originOf(database, isNew);
      this.#database = database;
    } catch (thrown) {
      database?.close();
      throw auditFailure(thrown, this.file);
    }
  }

  /** The last row, or what stands before the first. */
  head(): ChainPlace {
    const last = this.#prepared("SELECT seq, digest FROM log ORDER BY seq DESC LIMIT 1").get();
    return (last as ChainPlace | undefined) ?? { seq: 0, digest: genesisDigest(this.origin) };
  }

  /**
   * Writes rows in one transaction: all are on disk when it returns, or none is.
   * @returns for each its id, or why this one could not be: `not-found` for an outcome without intent,
   * `input.invalid` for a second one.
   * @throws IndoorsError `audit.unwritable`
   */
  append(appends: readonly Append[]): (string | IndoorsError)[] {
    return this.#write(() => {
      // Read inside the transaction: a writer that was just replaced may have added a row.
      let place = this.head();
      return appends.map((append) => {
        try {
          const row = this.#row(append, place);
          place = { seq: row.seq, digest: row.digest };
          return row.id;
        } catch (thrown) {
          if (thrown instanceof IndoorsError) return thrown;
          throw thrown;
        }
      });
    });
  }

  /** Gives every intent of another session that has no outcome the outcome `interrupted`. Returns how many. */
  markInterrupted(): number {
    const open = this.#database
      .prepare(
        `SELECT id FROM log AS intent WHERE phase = 'intent' AND session <> ?
         AND NOT EXISTS (SELECT 1 FROM log WHERE phase = 'outcome' AND ref = intent.id) ORDER BY seq`,
      )
      .pluck()
      .all(this.#options.session) as string[];
    const outcome: AuditOutcome = { result: "interrupted", facts: {}, content: {} };
    if (open.length > 0) this.append(open.map((ref) => ({ phase: "outcome", ref, outcome })));
    return open.length;
  }

  /**
   * Forgets the salts of rows, in one transaction with the row that says so. Returns how many had one.
   * @throws IndoorsError `audit.unwritable`
   */
  eraseContent(rows: readonly number[], actor: AuditEntry["actor"]): number {
    const find = this.#prepared("SELECT 1 FROM salts WHERE seq = ?").pluck();
    const erased = [...new Set(rows)].filter((seq) => find.get(seq) === 1).sort((a, b) => a - b);
    if (erased.length === 0) return 0;
    this.#write(() => {
      const entry: AuditEntry = {
        action: "log.erase",
        actor,
        runId: null,
        subject: "content",
        facts: { rows: erased.join(",") },
        content: {},
      };
      this.#row({ phase: "event", entry }, this.head());
      const forget = this.#prepared("DELETE FROM salts WHERE seq = ?");
      for (const seq of erased) forget.run(seq);
    });
    // The salts must not live on in the journal either.
    this.#database.pragma("wal_checkpoint(TRUNCATE)");
    return erased.length;
  }

  close(): void {
    this.#database.close();
  }

  #prepared(sql: string): Database.Statement<unknown[]> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#database.prepare<unknown[]>(sql)));
    return statement;
  }

  #write<T>(work: () => T): T {
    try {
      return this.#database.transaction(work).immediate();
    } catch (thrown) {
      throw auditFailure(thrown, this.file);
    }
  }

  /** Writes one row after `place`. Only inside a transaction. */
  #row(append: Append, place: ChainPlace): StoredRow {
    const { wall, mono } = (this.#options.now ?? clock)();
    const about = append.phase === "outcome" ? this.#outcomeOf(append.ref, append.outcome) : append.entry;
    const named = Object.entries(about.content);
    const salt = named.length === 0 ? undefined : randomBytes(32);
    const hashes = named.map(([name, value]) => [clean(name), salt === undefined ? "" : contentHash(salt, value)]);
    const row = {
      seq: place.seq + 1,
      id: randomUUID(),
      time: new Date(wall).toISOString(),
      mono,
      boot: this.#boot,
      session: clean(this.#options.session),
      actor_kind: about.actor.kind,
      actor_name: clean(about.actor.name),
      action: about.action,
      phase: append.phase,
      ref: append.phase === "outcome" ? append.ref : null,
      run_id: about.runId === null ? null : clean(about.runId),
      subject: clean(about.subject),
      facts: canonicalJson(about.facts),
      content: canonicalJson(Object.fromEntries(hashes) as Record<string, string>),
      salt_digest: salt === undefined ? null : saltDigest(salt),
    };
    const digest = rowDigest(place.digest, row);
    const stored = { ...row, digest, mac: rowMac(this.keys.mac, digest) };
    this.#prepared(insertRow).run(stored);
    if (salt !== undefined) this.#prepared("INSERT INTO salts (seq, salt) VALUES (?, ?)").run(row.seq, salt);
    return stored;
  }

  #outcomeOf(ref: string, outcome: AuditOutcome): AuditEntry {
    const intent = this.#prepared("SELECT * FROM log WHERE id = ? AND phase = 'intent'").get(ref) as
      | StoredRow
      | undefined;
    if (intent === undefined) throw new IndoorsError("not-found", `The audit log has no intent ${ref}.`);
    const ended = this.#prepared("SELECT 1 FROM log WHERE phase = 'outcome' AND ref = ?").get(ref);
    if (ended !== undefined) throw new IndoorsError("input.invalid", `The intent ${ref} has its outcome already.`);
    return {
      action: intent.action as AuditEntry["action"],
      actor: { kind: intent.actor_kind as AuditEntry["actor"]["kind"], name: intent.actor_name },
      runId: intent.run_id,
      subject: intent.subject,
      facts: { ...outcome.facts, result: outcome.result },
      content: outcome.content,
    };
  }
}

const insertRow = `INSERT INTO log VALUES (@seq, @id, @time, @mono, @boot, @session, @actor_kind, @actor_name, @action,
  @phase, @ref, @run_id, @subject, @facts, @content, @salt_digest, @digest, @mac)`;

/** Makes the schema, or brings it up to date. Returns whether the log is new. */
function prepare(database: RawDatabase, file: string): boolean {
  const id = database.pragma("application_id", { simple: true }) as number;
  const version = database.pragma("user_version", { simple: true }) as number;
  const isEmpty =
    id === 0 && version === 0 && database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() === 0;
  if (!isEmpty && id !== auditApplicationId) {
    throw unwritable(file, "The file is not an audit log. Nothing was changed. Move it away to begin a new log.");
  }
  if (version > auditMigrations.length) {
    throw unwritable(file, "It was written by a newer Indoors. Nothing was changed. Install the newer Indoors.");
  }
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma("fullfsync = ON");
  database.pragma("secure_delete = ON");
  for (let next = version; next < auditMigrations.length; next++) {
    database
      .transaction(() => {
        auditMigrations[next]?.(database);
        database.pragma(`application_id = ${auditApplicationId}`);
        database.pragma(`user_version = ${next + 1}`);
      })
      .immediate();
  }
  return database.prepare("SELECT count(*) FROM origin").pluck().get() === 0;
}

function originOf(database: RawDatabase, isNew: boolean): LogOrigin {
  if (isNew) {
    database
      .prepare("INSERT INTO origin (only, format, log_id, created) VALUES (1, 1, ?, ?)")
      .run(randomUUID(), new Date().toISOString());
  }
  return database.prepare("SELECT format, log_id, created FROM origin").get() as LogOrigin;
}

function clock() {
  return { wall: Date.now(), mono: Number(process.hrtime.bigint() / 1_000_000n) };
}

/** What is hashed must be what is read back: SQLite stores UTF-8, and some readers stop at a NUL. */
function clean(text: string): string {
  return text.toWellFormed().replaceAll("\0", "�");
}
