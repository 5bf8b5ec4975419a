import { setImmediate } from "node:timers/promises";
import type { z } from "zod";
import { auditRow, type AuditQuery, type AuditRow } from "../../shared/audit-contract.ts";
import { connect, type RawDatabase } from "../connection.ts";
import type { LogOrigin, StoredRow } from "./chain.ts";
import type { SaltedRow } from "./chain-check.ts";
import { auditTriggers } from "./schema.ts";

/** Rows between two looks at what else is to be done in this process. */
const sliceRows = 500;

/** A look at a log as it was at one moment; rows that are written meanwhile are not in it. */
export class LogReader implements Disposable {
  readonly #database: RawDatabase;

  /** @throws SqliteError, IndoorsError when the file is no database. */
  constructor(file: string) {
    this.#database = connect(file, { readonly: true, fileMustExist: true, timeout: 5000 });
    try {
      this.#database.pragma("query_only = ON");
      this.#database.exec("BEGIN");
    } catch (thrown) {
      this.#database.close();
      throw thrown;
    }
  }

  origins(): LogOrigin[] {
    return this.#database.prepare("SELECT format, log_id, created FROM origin").all() as LogOrigin[];
  }

  /** Which of the append-only triggers are not there. */
  missingTriggers(): string[] {
    const there = new Set(
      this.#database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all(),
    );
    return auditTriggers.filter((name) => !there.has(name));
  }

  /** Salts whose row is not there. */
  straySalts(): number[] {
    return this.#database
      .prepare("SELECT seq FROM salts WHERE seq NOT IN (SELECT seq FROM log) ORDER BY seq")
      .pluck()
      .all() as number[];
  }

  /** Every row in order, with pauses in which the process does other things. */
  async *rows(signal?: AbortSignal): AsyncGenerator<SaltedRow> {
    const all = this.#database.prepare("SELECT log.*, salts.salt FROM log LEFT JOIN salts USING (seq) ORDER BY seq");
    let read = 0;
    for (const row of all.iterate()) {
      yield row as SaltedRow;
      if (++read % sliceRows === 0) await setImmediate(undefined, { signal });
    }
  }

  /** The newest rows that fit, oldest first. */
  find({ action, runId, since, limit }: AuditQuery): AuditRow[] {
    const found = this.#database
      .prepare(
        `SELECT * FROM log WHERE (@action IS NULL OR action = @action) AND (@runId IS NULL OR run_id = @runId)
         AND (@since IS NULL OR time >= @since) ORDER BY seq DESC LIMIT @limit`,
      )
      .all({ action, runId, since, limit }) as StoredRow[];
    return found.toReversed().map(shownRow);
  }

  close(): void {
    this.#database.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** A stored row as people and programs see it. */
export function shownRow(row: StoredRow): AuditRow {
  return {
    seq: row.seq,
    id: row.id,
    time: row.time,
    mono: row.mono,
    boot: row.boot,
    session: row.session,
    actor: { kind: row.actor_kind, name: row.actor_name },
    action: row.action,
    phase: row.phase,
    ref: row.ref,
    runId: row.run_id,
    subject: row.subject,
    facts: parsed(row.facts, auditRow.shape.facts),
    content: parsed(row.content, auditRow.shape.content),
    digest: row.digest,
  };
}

/** What is not as it was written is shown as it is: `verify` says what is wrong with it. */
function parsed<T>(text: string, shape: z.ZodType<T>): T | { readonly unreadable: string } {
  try {
    return shape.safeParse(JSON.parse(text)).data ?? { unreadable: text };
  } catch {
    return { unreadable: text };
  }
}
