import { open, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";
import type { AuditEntry } from "../../shared/audit.ts";
import type { Anchored } from "../../shared/audit-contract.ts";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { anchorText, makeAnchor } from "./anchor.ts";
import type { AuditDatabase } from "./audit-database.ts";

/** A new anchor after so many rows, or after so long when there was a row. */
const everyRows = 100;
const everyMs = 15 * 60_000;
/** A stick that is gone or a share that hangs must not hold up the end of the program. */
const writeWithinMs = 5_000;

const setting = z.strictObject({ file: z.string().nullable() });

/** Writes anchors to the file the admin chose, at intervals and when asked. What fails is said, and is a row. */
export class AnchorWriter implements Disposable {
  readonly #database: AuditDatabase;
  readonly #settingFile: string;
  readonly #onWarning: (text: string) => void;
  readonly #timer: NodeJS.Timeout;
  #rows = 0;
  #file: string | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor(database: AuditDatabase, onWarning: (text: string) => void) {
    this.#database = database;
    this.#settingFile = join(dirname(database.file), "anchor.json");
    this.#onWarning = onWarning;
    this.#timer = setInterval(() => void this.write("interval"), everyMs);
    this.#timer.unref();
  }

  /** Reads where anchors go. A setting that cannot be read is warned of: it must not be silent that none are written. */
  async load(): Promise<void> {
    try {
      this.#file = setting.parse(JSON.parse(await readFile(this.#settingFile, "utf8"))).file;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return;
      this.#onWarning(
        `No audit anchors are written: ${this.#settingFile} cannot be read. Set it again with \`audit anchors --file FILE\`.`,
      );
    }
  }

  /** Where anchors go, or null. */
  get file(): string | null {
    return this.#file;
  }

  async setFile(file: string | null): Promise<void> {
    await writeFile(`${this.#settingFile}.new`, `${JSON.stringify({ file })}\n`, { mode: 0o600 });
    await rename(`${this.#settingFile}.new`, this.#settingFile);
    this.#file = file;
  }

  /** To be told of every row: a hundred of them make an anchor. */
  added(rows: number): void {
    this.#rows += rows;
    if (this.#rows >= everyRows) void this.write("rows");
  }

  /** Writes an anchor to the chosen file when there is one and a row since the last. Never rejects. */
  async write(reason: "rows" | "interval" | "end"): Promise<void> {
    if (this.#file === null || this.#rows === 0) return;
    const file = this.#file;
    this.#rows = 0;
    try {
      await this.anchorTo(file, { kind: "system", name: "indoors" }, reason);
    } catch (thrown) {
      this.#onWarning(
        `The audit anchor was not written: ${file}. ${messageOf(thrown)}. Bring the place back, or choose another with ` +
          "`audit anchors --file FILE`. Until then nobody can tell if the end of the log is cut off.",
      );
    }
  }

  /**
   * Signs where the log is, with a row that says so as its last, and adds it to `file` when one is named.
   * @throws IndoorsError `audit.unwritable`, `file.unreadable` when the file cannot be written: that is a row, too.
   */
  async anchorTo(file: string | null, actor: AuditEntry["actor"], reason: string): Promise<Anchored> {
    const content: Record<string, string> = file === null ? {} : { file };
    this.#record(actor, { reason }, content);
    const { seq, digest } = this.#database.head();
    const time = new Date().toISOString();
    const anchor = makeAnchor({ logId: this.#database.origin.log_id, seq, digest, time }, this.#database.keys.anchor);
    if (file !== null) {
      // One after the other: two at once could mix their lines on a file system without atomic appends.
      const turn = this.#running.then(() => addLine(file, JSON.stringify(anchor)));
      this.#running = turn.catch(() => {});
      try {
        await within(turn, file);
      } catch (thrown) {
        this.#record(actor, { reason, result: "failed" }, content);
        throw thrown;
      }
    }
    return { anchor, text: anchorText(anchor), writtenTo: file };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #record(actor: AuditEntry["actor"], facts: AuditEntry["facts"], content: Record<string, string>): void {
    const entry: AuditEntry = { action: "log.anchor", actor, runId: null, subject: "anchor", facts, content };
    this.#database.append([{ phase: "event", entry }]);
  }
}

async function addLine(file: string, line: string): Promise<void> {
  const opened = await open(file, "a", 0o600);
  try {
    await opened.appendFile(`${line}\n`);
    await opened.sync();
  } finally {
    await opened.close();
  }
}

async function within(work: Promise<void>, file: string): Promise<void> {
  const stop = new AbortController();
  const late = setTimeout(writeWithinMs, "late", { signal: stop.signal }).catch(() => "stopped");
  try {
    if ((await Promise.race([work, late])) !== "late") return;
  } catch (thrown) {
    throw new IndoorsError("file.unreadable", `The anchor cannot be added to ${file}: ${messageOf(thrown)}`);
  } finally {
    stop.abort();
  }
  throw new IndoorsError("file.unreadable", `The anchor cannot be added to ${file}: it does not answer`);
}
