import Database from "better-sqlite3";
import { IndoorsError } from "../shared/errors.ts";
import { storeFailure } from "./store-failure.ts";

export type RawDatabase = Database.Database;
type Statement = Database.Statement<[SqlParams], unknown>;
type SqlValue = string | number | null;
/** Named parameters: `@name` in the SQL, `name` here. */
export type SqlParams = Readonly<Record<string, SqlValue>>;

/**
 * A connection that may only look. Every repository function that only reads takes one; a Writer is one too.
 * The protected member makes the class nominal: a Reader where a Writer is asked for is a type error.
 */
export class Reader {
  protected readonly database: RawDatabase;
  /** The database file. */
  readonly path: string;
  readonly #statements = new Map<string, Statement>();

  constructor(database: RawDatabase) {
    this.database = database;
    this.path = database.name;
  }

  /** The first row, or undefined. `Row` is what the columns of `sql` are; nothing checks it. */
  get<Row>(sql: string, params: SqlParams = {}): Row | undefined {
    return this.execute(() => this.#reading(sql).get(params)) as Row | undefined;
  }

  /** Every row. */
  all<Row>(sql: string, params: SqlParams = {}): Row[] {
    return this.execute(() => this.#reading(sql).all(params)) as Row[];
  }

  /** Ends the connection. Closing twice is fine. */
  close(): void {
    this.database.close();
  }

  #reading(sql: string): Statement {
    const statement = this.prepare(sql);
    if (!statement.readonly) throw new Error(`a statement that writes was given to a reader: ${sql}`);
    return statement;
  }

  protected prepare(sql: string): Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.database.prepare<SqlParams, unknown>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  protected execute<T>(work: () => T): T {
    try {
      return work();
    } catch (thrown) {
      throw storeFailure(thrown, this.path);
    }
  }
}

/** The one connection that may change the database. */
export class Writer extends Reader {
  /** Runs one statement that writes. Returns how many rows it changed. */
  run(sql: string, params: SqlParams = {}): number {
    return this.execute(() => this.prepare(sql).run(params).changes);
  }

  /** The first row of a statement with RETURNING. */
  returning<Row>(sql: string, params: SqlParams = {}): Row | undefined {
    return this.execute(() => this.prepare(sql).get(params)) as Row | undefined;
  }

  /**
   * All of `work` or none of it. `work` is synchronous; when it throws, nothing of it stays. Inside another
   * transaction it is a part of that one, and can fail on its own.
   */
  transaction<T>(work: () => T): T {
    return this.execute(() => this.database.transaction(work).immediate());
  }
}

/**
 * Opens one SQLite connection. Every connection of the house is made here, after the look at the runtime.
 * @throws IndoorsError `store.unusable`
 */
export function connect(path: string, options: Database.Options): RawDatabase {
  requireRuntime(process.versions);
  try {
    return new Database(path, options);
  } catch (thrown) {
    throw storeFailure(thrown, path);
  }
}

/**
 * better-sqlite3 13 is built for Node-API 10. On an older Node it does not fail: the first connection ends the process
 * with a segmentation fault. So this is asked before it.
 */
export function requireRuntime(versions: { readonly node: string; readonly napi?: string | undefined }): void {
  if (Number(versions.napi ?? 0) >= 10) return;
  throw new IndoorsError(
    "store.unusable",
    `The database cannot be opened: this is Node ${versions.node}. It needs Node 22.14 or newer. ` +
      "Start Indoors with `npm start`, which brings its own Node.",
  );
}
