const shortestMs = 1000;
const longestMs = 60_000;

/** A connection that held this long was a good one: the next loss begins at the shortest wait again. */
export const goodAfterMs = 60_000;

/**
 * How long to wait before the next try, in ms, after `failures` in a row: from one second, doubled each time, to a
 * minute. Half of it is chance, so that connectors that were lost together do not come back together.
 * `random`: from 0 to below 1.
 */
export function backoffMs(failures: number, random: number): number {
  const whole = Math.min(longestMs, shortestMs * 2 ** Math.min(failures, 10));
  return Math.max(shortestMs, Math.round(whole / 2 + (whole / 2) * random));
}
