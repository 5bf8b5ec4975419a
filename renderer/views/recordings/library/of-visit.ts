import type { JobView, RecordingView } from "../../../../src/shared/host-contract.ts";

/**
 * What one person at a kiosk may see: what was added, or asked for once more, since they came. `since` null: everything.
 */
export function ofVisit(
  recordings: readonly RecordingView[] | undefined,
  jobs: readonly JobView[],
  since: string | null,
): { readonly recordings: readonly RecordingView[] | undefined; readonly jobs: readonly JobView[] } {
  if (since === null) return { recordings, jobs };
  const own = jobs.filter(({ job }) => job.createdAt >= since);
  const asked = new Set(own.map(({ recordingId }) => recordingId));
  return { jobs: own, recordings: recordings?.filter(({ id, addedAt }) => addedAt >= since || asked.has(id)) };
}
