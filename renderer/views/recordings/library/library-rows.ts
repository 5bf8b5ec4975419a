import type { JobView, RecordingView } from "../../../../src/shared/host-contract.ts";
import type { JobStatus } from "../../../../src/shared/job.ts";

export type SortKey = "name" | "length" | "added";
export interface Sorting {
  readonly key: SortKey;
  readonly down: boolean;
}

/** What a recording has come to: a job that is not over, or the transcript that there is. */
export type RecordingState =
  | { readonly kind: "transcribed" }
  | { readonly kind: "none" }
  | { readonly kind: "job"; readonly status: Exclude<JobStatus, "done">; readonly share: number | null };

/** The recordings in the wanted order. The host gives the newest first. */
export function sortRecordings(
  recordings: readonly RecordingView[],
  { key, down }: Sorting,
  language: string,
): readonly RecordingView[] {
  const names = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  const order: Record<SortKey, (a: RecordingView, b: RecordingView) => number> = {
    name: (a, b) => names.compare(a.name, b.name),
    length: (a, b) => (a.durationMs ?? 0) - (b.durationMs ?? 0),
    added: (a, b) => (a.addedAt < b.addedAt ? -1 : a.addedAt > b.addedAt ? 1 : 0),
  };
  const sorted = recordings.toSorted(order[key]);
  return down ? sorted.toReversed() : sorted;
}

/** The transcript to open: the newest whole one, else the newest. */
export function bestTranscript({
  transcripts,
}: Pick<RecordingView, "transcripts">): RecordingView["transcripts"][number] | null {
  return transcripts.find(({ status }) => status === "complete") ?? transcripts[0] ?? null;
}

/** The job that says most of each recording, by its id. */
export function jobsByRecording(jobs: readonly JobView[]): ReadonlyMap<string, JobView> {
  const found = new Map<string, JobView>();
  for (const view of jobs) {
    if (view.recordingId !== null) found.set(view.recordingId, nearer(found.get(view.recordingId), view));
  }
  return found;
}

/** Of two jobs for one recording the one that says more of it now: one that is not over, then the newer. */
function nearer(before: JobView | undefined, view: JobView): JobView {
  if (before === undefined) return view;
  const open = ({ job }: JobView) => job.status === "running" || job.status === "queued" || job.status === "paused";
  if (open(before) !== open(view)) return open(view) ? view : before;
  return view.job.createdAt >= before.job.createdAt ? view : before;
}

/** What a recording has come to. */
export function stateOf(recording: Pick<RecordingView, "transcripts">, view: JobView | undefined): RecordingState {
  const done = bestTranscript(recording)?.status === "complete";
  if (view === undefined || view.job.status === "done" || (done && isOver(view))) {
    return { kind: done ? "transcribed" : "none" };
  }
  return { kind: "job", status: view.job.status, share: shareOf(view) };
}

function isOver({ job }: JobView): boolean {
  return job.status === "failed" || job.status === "cancelled";
}

/** How much of a job is done, 0 to 1; null while that is not known. */
export function shareOf({ job }: JobView): number | null {
  return job.progress.total > 0 ? Math.min(1, job.progress.done / job.progress.total) : null;
}
