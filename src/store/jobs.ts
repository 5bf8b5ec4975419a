import { IndoorsError } from "../shared/errors.ts";
import type { Job, JobStatus } from "../shared/job.ts";
import type { Reader, Writer } from "./connection.ts";
import { fromJson, toJson } from "./json-column.ts";
import { newRow, now } from "./new-row.ts";

/** Where a job may go from where it is. Beside it only recovery: from `running` to `queued`. */
const next: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  queued: ["running", "cancelled"],
  running: ["paused", "done", "failed", "cancelled"],
  paused: ["queued", "cancelled"],
  failed: [],
  done: [],
  cancelled: [],
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
    `INSERT INTO jobs (id, kind, status, input, cursor, progress_done, progress_total, created_at, updated_at)
     VALUES (@id, @kind, 'queued', @input, @cursor, 0, @total, @at, @at)`,
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

/** Jobs in the order they were made, of one kind and with one of these statuses when given. */
export function listJobs(
  reader: Reader,
  filter: { readonly kind?: string; readonly statuses?: readonly JobStatus[] } = {},
): Job[] {
  return reader
    .all<JobRow>(
      `SELECT ${columns} FROM jobs
       WHERE (@kind IS NULL OR kind = @kind)
         AND (@statuses IS NULL OR status IN (SELECT value FROM json_each(@statuses)))
       ORDER BY seq`,
      { kind: filter.kind ?? null, statuses: filter.statuses === undefined ? null : toJson(filter.statuses) },
    )
    .map(fromRow);
}

/** Takes the oldest queued job, of one kind when given: it is `running` and counts one attempt more. */
export function claimNextJob(writer: Writer, kind?: string): Job | undefined {
  const row = writer.returning<JobRow>(
    `UPDATE jobs SET status = 'running', attempts = attempts + 1, updated_at = @at
     WHERE seq = (SELECT seq FROM jobs WHERE status = 'queued' AND (@kind IS NULL OR kind = @kind) ORDER BY seq LIMIT 1)
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
  return move(writer, id, "failed", error);
}

/** Ends a job that is queued, running or paused. @throws IndoorsError `not-found`, `input.invalid` */
export function cancelJob(writer: Writer, id: string): Job {
  return move(writer, id, "cancelled");
}

/** Holds a running job. @throws IndoorsError `not-found`, `input.invalid` */
export function pauseJob(writer: Writer, id: string): Job {
  return move(writer, id, "paused");
}

/** Puts a paused job back in the queue, in its old place. @throws IndoorsError `not-found`, `input.invalid` */
export function resumeJob(writer: Writer, id: string): Job {
  return move(writer, id, "queued");
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

function move(writer: Writer, id: string, to: JobStatus, error?: NonNullable<Job["error"]>): Job {
  return writer.transaction(() => {
    const { status } = getJob(writer, id);
    if (!next[status].includes(to)) throw refused(id, status, to);
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
  failed: "Start a new one.",
  done: "Start a new one.",
  cancelled: "Start a new one.",
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
