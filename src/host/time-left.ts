/**
 * Milliseconds of work that are left, from the speed seen in this run of the job; before there is any, from the speed
 * measured on this machine earlier; null when neither is known. `done` and `total` in the job's own unit.
 */
export function timeLeftMs(progress: {
  readonly done: number;
  readonly total: number;
  /** `done` when this run of the job began, and how long it has run. */
  readonly startedAt: number;
  readonly elapsedMs: number;
  /** Units per millisecond of earlier jobs. */
  readonly knownSpeed: number | null;
}): number | null {
  const { done, total, startedAt, elapsedMs, knownSpeed } = progress;
  if (total <= 0) return null;
  const left = Math.max(0, total - done);
  const doneNow = done - startedAt;
  if (doneNow > 0 && elapsedMs > 0) return (left / doneNow) * elapsedMs;
  return knownSpeed === null || knownSpeed <= 0 ? null : left / knownSpeed;
}
