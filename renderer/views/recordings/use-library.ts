import type { JobView, RecordingView } from "../../../src/shared/host-contract.ts";
import { type Asked, useHost, useHostEvent } from "../../bridge/use-host.ts";
import { withChanged } from "./queue/queue-order.ts";
import { useLater } from "./use-later.ts";

/** Adding forty recordings says so forty times; the list is read again this long after the first, in milliseconds. */
const gatherMs = 250;

/** The recordings there are, kept up to date. */
export function useRecordings(): Asked<{ recordings: RecordingView[] }> {
  const asked = useHost("recordings.list", {});
  const reloadSoon = useLater(gatherMs, asked.reload);
  useHostEvent("list.changed", ({ what }) => {
    if (what === "recordings") reloadSoon();
  });
  useHostEvent("job.changed", ({ job }) => {
    if (job.status !== "running") reloadSoon();
  });
  return asked;
}

/** The jobs there are, in the order of the queue, kept up to date. */
export function useJobs(): Asked<{ jobs: JobView[] }> {
  const asked = useHost("jobs.list", {});
  const reloadSoon = useLater(gatherMs, asked.reload);
  useHostEvent("job.changed", (view) => asked.put(({ jobs }) => ({ jobs: [...withChanged(jobs, view)] })));
  useHostEvent("list.changed", ({ what }) => {
    if (what === "jobs") reloadSoon();
  });
  return asked;
}
