import { useEffect, useState } from "react";
import type { JobView, TranscriptView } from "../../../../src/shared/host-contract.ts";
import { type Asked, useCallHost, useHost, useHostEvent } from "../../../bridge/use-host.ts";
import { useLater } from "../use-later.ts";

/** A transcript that grows is read again this long after it did, in milliseconds: a long one is not small. */
const readEveryMs = 1500;

/** A transcript, and its job while that is not over: then it is read again as it grows. */
export function useLiveTranscript(id: string): {
  readonly transcript: Asked<TranscriptView>;
  readonly job: JobView | undefined;
} {
  const transcript = useHost("transcripts.get", { id });
  const [job, setJob] = useState<JobView>();
  const call = useCallHost();
  const reloadSoon = useLater(readEveryMs, transcript.reload);
  const whole = transcript.data?.status === "complete";
  useHostEvent("job.changed", (view) => {
    if (view.transcriptId !== id) return;
    setJob(isOpen(view) ? view : undefined);
    if (view.job.progress.done !== job?.job.progress.done || !isOpen(view)) reloadSoon();
  });
  useHostEvent("list.changed", ({ what }) => {
    if (what === "recordings") reloadSoon();
  });
  useEffect(() => {
    if (whole) return;
    const controller = new AbortController();
    call("jobs.list", {}, controller.signal).then(
      ({ jobs }) => setJob((known) => known ?? jobs.find((view) => view.transcriptId === id && isOpen(view))),
      () => {},
    );
    return () => controller.abort();
  }, [call, id, whole]);
  return { transcript, job };
}

function isOpen({ job }: JobView): boolean {
  return job.status === "running" || job.status === "queued" || job.status === "paused";
}
