import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Channel } from "../shared/channel.ts";
import { connect } from "../shared/contract.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { hostContract } from "../shared/host-contract.ts";

/** What `--smoke` prints, as one line of JSON. */
export interface SmokeReport {
  readonly ok: boolean;
  /** The title of the window, once its page is there. */
  readonly window: string;
  readonly segments: number;
  /** How the transcript begins. */
  readonly text: string;
  readonly ms: number;
  readonly error?: string;
}

const sampleName = "apollo-13";
const limitMs = 480_000;

/** The data folder of a smoke test: nobody's data is touched by it, and nothing of it stays. */
export function openSmokeFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "indoors-smoke-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/**
 * `--smoke`: is this installation whole? Waits for window and host, and transcribes the sample that came with the
 * program. Takes nothing from outside and opens nothing. Never rejects: what went wrong is in the report.
 */
export async function smoke(parts: {
  /** The window's title, when its page has loaded. */
  readonly window: Promise<string>;
  /** A channel to the host, when it is ready. */
  readonly host: Promise<Channel>;
}): Promise<SmokeReport> {
  const startedAt = performance.now();
  const seen = { window: "", segments: 0, text: "" };
  const report = (error?: unknown): SmokeReport => ({
    ok: error === undefined,
    ...seen,
    ms: Math.round(performance.now() - startedAt),
    ...(error === undefined ? {} : { error: messageOf(error) }),
  });
  const limit = AbortSignal.timeout(limitMs);
  const late = new Promise<never>((_, reject) =>
    limit.addEventListener("abort", () => reject(new IndoorsError("timeout", "It took more than eight minutes."))),
  );
  try {
    seen.window = await Promise.race([parts.window, late]);
    const segments = await Promise.race([parts.host.then((channel) => transcribeSample(channel, limit)), late]);
    seen.segments = segments.length;
    seen.text = segments
      .map(({ text }) => text.trim())
      .join(" ")
      .slice(0, 120);
    return seen.text === "" ? report(new Error("The transcript of the sample is empty.")) : report();
  } catch (error) {
    return report(error);
  }
}

async function transcribeSample(channel: Channel, signal: AbortSignal) {
  const host = connect(channel, hostContract);
  const { models } = await host.call("models.list", {}, { signal });
  const sample = models.find(({ model, state }) => model.name === sampleName && state !== "missing");
  if (sample === undefined) throw new IndoorsError("model.missing", "The sample recording is not in this package.");
  const { jobId, transcriptId } = await host.call(
    "transcriptions.start",
    {
      ...{ path: sample.model.path, model: null, engine: "transcribe-cpp", language: "auto", vocabulary: [] },
      ...{ device: "auto", again: false },
    },
    { signal },
  );
  await new Promise<void>((resolve, reject) => {
    const look = (id: string, status: string, message: string | undefined) => {
      if (id !== jobId) return;
      if (status === "done") resolve();
      else if (["failed", "cancelled", "paused"].includes(status))
        reject(new Error(message ?? `The job is ${status}.`));
    };
    host.on("job.changed", ({ job }) => look(job.id, job.status, job.error?.message));
    host.call("jobs.get", { id: jobId }).then(({ job }) => look(job.id, job.status, job.error?.message), reject);
  });
  return (await host.call("transcripts.get", { id: transcriptId }, { signal })).segments;
}
