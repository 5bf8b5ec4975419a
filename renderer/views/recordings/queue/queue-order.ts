import type { JobView } from "../../../../src/shared/host-contract.ts";

/** The queue as it is shown: what runs, what waits in its order, what stopped, and how many are done. */
export interface Queue {
  readonly running: readonly JobView[];
  /** Queued and paused, first to run first. */
  readonly waiting: readonly JobView[];
  /** Failed and cancelled, the newest first. */
  readonly stopped: readonly JobView[];
  readonly done: readonly JobView[];
}

export function queueOf(jobs: readonly JobView[]): Queue {
  const having = (...statuses: readonly string[]) => jobs.filter(({ job }) => statuses.includes(job.status));
  return {
    running: having("running"),
    waiting: having("queued", "paused"),
    stopped: having("failed", "cancelled").sort((a, b) => (a.job.updatedAt < b.job.updatedAt ? 1 : -1)),
    done: having("done"),
  };
}

/** The parameters of `jobs.move` that bring a waiting job one place up or down; null when it is there already. */
export function moveByOne(
  waiting: readonly JobView[],
  id: string,
  by: -1 | 1,
): { readonly id: string; readonly before: string | null } | null {
  const from = waiting.findIndex(({ job }) => job.id === id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= waiting.length) return null;
  return { id, before: waiting[by === -1 ? to : to + 1]?.job.id ?? null };
}

/** The list with one job put before another, or last: how it will look when the host has done it. */
export function withMoved(jobs: readonly JobView[], id: string, before: string | null): readonly JobView[] {
  const moved = jobs.find(({ job }) => job.id === id);
  if (moved === undefined || id === before) return jobs;
  const rest = jobs.filter((view) => view !== moved);
  const at = rest.findIndex(({ job }) => job.id === before);
  return at < 0 ? [...rest, moved] : [...rest.slice(0, at), moved, ...rest.slice(at)];
}

/** Put in, or in place of the one with its id. */
export function withChanged(jobs: readonly JobView[], changed: JobView): readonly JobView[] {
  return jobs.some(({ job }) => job.id === changed.job.id)
    ? jobs.map((view) => (view.job.id === changed.job.id ? changed : view))
    : [...jobs, changed];
}

/** Milliseconds of sound per millisecond, as the host's time left has it; null while it is not known. */
export function speedOf({ job, timeLeftMs }: JobView): number | null {
  const left = job.progress.total - job.progress.done;
  return timeLeftMs === null || timeLeftMs <= 0 || left <= 0 ? null : left / timeLeftMs;
}
