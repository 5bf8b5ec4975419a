import type { Append, AuditDatabase } from "./audit-database.ts";
import { IndoorsError } from "../../shared/errors.ts";

interface Waiting {
  readonly append: Append;
  readonly written: PromiseWithResolvers<string>;
}

/** Rows that wait for the disk together: those that arrive while one transaction runs share the next. */
export class AppendQueue {
  readonly #database: Pick<AuditDatabase, "append">;
  readonly #onWritten: (rows: number) => void;
  #waiting: Waiting[] = [];

  constructor(database: Pick<AuditDatabase, "append">, onWritten: (rows: number) => void = () => {}) {
    this.#database = database;
    this.#onWritten = onWritten;
  }

  /** Resolves with the row's id when it is on disk. @throws IndoorsError of `AuditDatabase.append` */
  add(append: Append): Promise<string> {
    if (this.#waiting.length === 0) setImmediate(() => this.flush());
    const written = Promise.withResolvers<string>();
    this.#waiting.push({ append, written });
    return written.promise;
  }

  /** Writes what waits, now. */
  flush(): void {
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    try {
      const results = this.#database.append(batch.map(({ append }) => append));
      for (const [index, { written }] of batch.entries()) {
        const result = results[index];
        if (typeof result === "string") written.resolve(result);
        else written.reject(result ?? new IndoorsError("audit.unwritable"));
      }
      this.#onWritten(batch.length);
    } catch (thrown) {
      for (const { written } of batch) written.reject(thrown);
    }
  }
}
