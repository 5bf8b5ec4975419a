import { IndoorsError } from "../shared/errors.ts";
import type { Job, JobStatus } from "../shared/job.ts";
import type { Reader, Writer } from "./connection.ts";
import { fromJson, toJson } from "./json-column.ts";
import { newRow, now } from "./new-row.ts";

/** Where a job may go from where it is. Beside it only recovery, from `running` to `queued`, and `forgetJob`. */
const next: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  queued: ["running", "paused", "cancelled"],
  running: ["paused", "done", "failed", "cancelled"],
  paused: ["queued", "cancelled"],
  failed: ["queued"],
  done: [],
  cancelled: ["queued"],
};

interface JobRow extends Omit<Job, "input" | "cursor" | "progress" | "error"> {
  readonly input: string;
  readonly cursor: string;
  readonly done: number;
  readonly total: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

const columns = `id, kind, status, input, cursor, attempts, progress_done AS done, progress_total AS total,
  error_code AS errorCode, error_message AS errorMessage, created_at AS createdAt, updated_at AS updatedAt`;

/** Puts a job in the queue. `input` and `cursor` are JSON of the kind's own shape. */
export function createJob(
  writer: Writer,
  job: { readonly kind: string; readonly input: unknown; readonly cursor?: unknown; readonly total?: number },
): Job {
  const { id, at } = newRow();
  writer.run(
    `INSERT INTO jobs (id, kind, status, input, cursor, progress_done, progress_total, created_at, updated_at, position)
     VALUES (@id, @kind, 'queued', @input, @cursor, 0, @total, @at, @at,
       (SELECT coalesce(max(position), 0) + 1 FROM jobs))`,
    { id, kind: job.kind, input: toJson(job.input), cursor: toJson(job.cursor), total: job.total ?? 0, at },
  );
  return getJob(writer, id);
}

/** @throws IndoorsError `not-found` */
export function getJob(reader: Reader, id: string): Job {
  const row = reader.get<JobRow>(`SELECT ${columns} FROM jobs WHERE id = @id`, { id });
  if (row === undefined) throw new IndoorsError("not-found", `There is no job with the id ${id}.`);
  return fromRow(row);
}

/** Jobs in the order of the queue, of one kind and with one of these statuses when given. */
export function listJobs(
  reader: Reader,
  filter: { readonly kind?: string; readonly statuses?: readonly JobStatus[] } = {},
): Job[] {
  return reader
    .all<JobRow>(
      `SELECT ${columns} FROM jobs
       WHERE (@kind IS NULL OR kind = @kind)
         AND (@statuses IS NULL OR status IN (SELECT value FROM json_each(@statuses)))
       ORDER BY position, seq`,
      { kind: filter.kind ?? null, statuses: filter.statuses === undefined ? null : toJson(filter.statuses) },
    )
    .map(fromRow);
}

/** Takes the queued job that is next in the queue, of one kind when given: it is `running` and counts one attempt more. */
export function claimNextJob(writer: Writer, kind?: string): Job | undefined {
  const row = writer.returning<JobRow>(
    `UPDATE jobs SET status = 'running', attempts = attempts + 1, updated_at = @at
     WHERE seq = (SELECT seq FROM jobs WHERE status = 'queued' AND (@kind IS NULL OR kind = @kind) ORDER BY position, seq LIMIT 1)
     RETURNING ${columns}`,
    { kind: kind ?? null, at: now() },
  );
  return row === undefined ? undefined : fromRow(row);
}

/**
 * Stores how far a running job is. Without `cursor` the old one stays.
 * @throws IndoorsError `not-found`; `input.invalid` when it is not running.
 */
export function updateJob(
  writer: Writer,
  id: string,
  change: { readonly progress: Job["progress"]; readonly cursor?: unknown },
): void {
  writer.transaction(() => {
    const { status } = getJob(writer, id);
    if (status !== "running") throw refused(id, status, "running");
    writer.run(
      `UPDATE jobs SET progress_done = @done, progress_total = @total, cursor = coalesce(@cursor, cursor),
         updated_at = @at WHERE id = @id`,
      {
        id,
        done: change.progress.done,
        total: change.progress.total,
        cursor: change.cursor === undefined ? null : toJson(change.cursor),
        at: now(),
      },
    );
  });
}

/** Ends a running job well. @throws IndoorsError `not-found`, `input.invalid` */
export function completeJob(writer: Writer, id: string): Job {
  return move(writer, id, "done");
}

/** Ends a running job with the failure people are shown. @throws IndoorsError `not-found`, `input.invalid` */
export function failJob(writer: Writer, id: string, error: NonNullable<Job["error"]>): Job {
  return move(writer, id, "failed", { error });
}

/** Ends a job that is queued, running or paused. @throws IndoorsError `not-found`, `input.invalid` */
export function cancelJob(writer: Writer, id: string): Job {
  return move(writer, id, "cancelled");
}

/** Holds a job that runs or waits. @throws IndoorsError `not-found`, `input.invalid` */
export function pauseJob(writer: Writer, id: string): Job {
  return move(writer, id, "paused");
}

/** Puts a paused job back in the queue, in its old place. @throws IndoorsError `not-found`, `input.invalid` */
export function resumeJob(writer: Writer, id: string): Job {
  return move(writer, id, "queued", { from: ["paused"] });
}

/** Puts a failed or cancelled job last in the queue, with its cursor. @throws IndoorsError `not-found`, `input.invalid` */
export function retryJob(writer: Writer, id: string): Job {
  return writer.transaction(() => {
    move(writer, id, "queued", { from: ["failed", "cancelled"] });
    writer.run("UPDATE jobs SET position = (SELECT max(position) + 1 FROM jobs) WHERE id = @id", { id });
    return getJob(writer, id);
  });
}

/**
 * Puts a waiting job before another waiting one, or last.
 * @throws IndoorsError `not-found`; `input.invalid` when one of them does not wait.
 */
export function placeJob(writer: Writer, id: string, before: string | null): void {
  writer.transaction(() => {
    requireWaiting(getJob(writer, id));
    if (before === id) return;
    if (before === null) {
      writer.run("UPDATE jobs SET position = (SELECT max(position) + 1 FROM jobs) WHERE id = @id", { id });
      return;
    }
    requireWaiting(getJob(writer, before));
    // Room is made rather than a half taken: halves run out.
    const place = writer.get<{ readonly position: number }>("SELECT position FROM jobs WHERE id = @before", { before });
    const position = place?.position ?? 0;
    writer.run("UPDATE jobs SET position = position + 1 WHERE position >= @position", { position });
    writer.run("UPDATE jobs SET position = @position WHERE id = @id", { id, position });
  });
}

/** Takes an ended job off the list. @throws IndoorsError `not-found`, `input.invalid` */
export function forgetJob(writer: Writer, id: string): void {
  writer.transaction(() => {
    const { status } = getJob(writer, id);
    if (status === "queued" || status === "running" || status === "paused") {
      throw new IndoorsError(
        "input.invalid",
        `The job cannot be taken off the list: ${id}. It is ${status}. Cancel it first.`,
        { jobId: id, from: status },
      );
    }
    writer.run("DELETE FROM jobs WHERE id = @id", { id });
  });
}

/**
 * At host start, before anything is claimed: one host owns a data folder, so a job that is `running` belonged to a
 * process that is dead. It goes back in the queue with its cursor. Returns those jobs.
 */
export function recoverInterruptedJobs(writer: Writer): Job[] {
  return writer.transaction(() => {
    const interrupted = listJobs(writer, { statuses: ["running"] });
    writer.run("UPDATE jobs SET status = 'queued', updated_at = @at WHERE status = 'running'", { at: now() });
    return interrupted.map(({ id }) => getJob(writer, id));
  });
}

function requireWaiting({ id, status }: Job): void {
  if (status === "queued" || status === "paused") return;
  throw new IndoorsError(
    "input.invalid",
    `The queue cannot be reordered: ${id}. The job is ${status}. Only jobs that wait have a place in the queue.`,
    { jobId: id, from: status },
  );
}

function move(
  writer: Writer,
  id: string,
  to: JobStatus,
  { from, error }: { readonly from?: readonly JobStatus[]; readonly error?: NonNullable<Job["error"]> } = {},
): Job {
  return writer.transaction(() => {
    const { status } = getJob(writer, id);
    if (!(from ?? Object.keys(next)).includes(status) || !next[status].includes(to)) throw refused(id, status, to);
    writer.run(
      `UPDATE jobs SET status = @to, error_code = @code, error_message = @message, updated_at = @at WHERE id = @id`,
      { id, to, code: error?.code ?? null, message: error?.message ?? null, at: now() },
    );
    return getJob(writer, id);
  });
}

const asked: Readonly<Record<JobStatus, string>> = {
  queued: "resumed",
  running: "carried on",
  paused: "paused",
  failed: "ended",
  done: "ended",
  cancelled: "cancelled",
};

const remedy: Readonly<Record<JobStatus, string>> = {
  queued: "Wait until it runs, or cancel it.",
  running: "Pause it or cancel it.",
  paused: "Resume it or cancel it.",
  failed: "Try it again.",
  done: "Start a new one.",
  cancelled: "Try it again.",
};

function refused(id: string, from: JobStatus, to: JobStatus): IndoorsError {
  return new IndoorsError("input.invalid", `The job cannot be ${asked[to]}: ${id}. It is ${from}. ${remedy[from]}`, {
    jobId: id,
    from,
    to,
  });
}

function fromRow(row: JobRow): Job {
  const { input, cursor, done, total, errorCode, errorMessage, ...job } = row;
  const error = errorCode === null || errorMessage === null ? null : { code: errorCode, message: errorMessage };
  return { ...job, input: fromJson(input), cursor: fromJson(cursor), progress: { done, total }, error };
}
