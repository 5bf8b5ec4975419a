import { IndoorsError, messageOf, toWireError } from "../shared/errors.ts";
import type { JobView } from "../shared/host-contract.ts";
import type { Job } from "../shared/job.ts";
import {
  cancelJob,
  claimNextJob,
  completeJob,
  createJob,
  failJob,
  forgetJob,
  getJob,
  listJobs,
  pauseJob,
  placeJob,
  recoverInterruptedJobs,
  resumeJob,
  retryJob,
} from "../store/jobs.ts";
import type { Store } from "../store/open-store.ts";
import { timeLeftMs } from "./time-left.ts";

/** How one kind of job is done. It stores its own progress, together with the work it counts. */
export interface JobHandler {
  readonly kind: string;
  title(job: Job): string;
  /** Does the work from the job's cursor on. Tells `onProgress` after storing any. Rejects with what failed. */
  run(job: Job, signal: AbortSignal, onProgress: () => void): Promise<void>;
  /** Takes away what only the unfinished job needed. */
  clean(job: Job): Promise<void>;
  /** What it works on, as far as that still exists. Without it the job cannot be tried again. */
  worksOn(job: Job): Pick<JobView, "recordingId" | "transcriptId"> | null;
  /** Progress units per millisecond of earlier jobs like this one; null when there were none. */
  knownSpeed(job: Job): number | null;
}

export interface JobQueueOptions {
  readonly store: Store;
  readonly handlers: readonly JobHandler[];
  readonly onChange: (view: JobView) => void;
  /** Told when the queue has another order, or fewer jobs. */
  readonly onReorder: () => void;
  readonly onLog: (line: string) => void;
}

type StopReason = "pause" | "cancel" | "shutdown";

/**
 * Does queued jobs one after the other: each uses every core. A job that fails ends nothing but itself. What a process
 * left unfinished is queued again, or held until asked for, when the queue starts.
 */
export class JobQueue {
  readonly #options: JobQueueOptions;
  #running:
    | { readonly id: string; readonly controller: AbortController; readonly startedMs: number; readonly from: number }
    | undefined;
  #pump: Promise<void> = Promise.resolve();
  #disposed = false;

  constructor(options: JobQueueOptions) {
    this.#options = options;
  }

  /** With `all`, unfinished jobs go on at once; with `asked`, they are paused until someone resumes them. */
  start(resume: "all" | "asked"): void {
    const { writer } = this.#options.store;
    recoverInterruptedJobs(writer);
    if (resume === "asked") {
      writer.transaction(() => {
        for (const { id } of listJobs(writer, { statuses: ["queued"] })) pauseJob(writer, id);
      });
    }
    this.#kick();
  }

  enqueue(kind: string, input: unknown): Job {
    const job = createJob(this.#options.store.writer, { kind, input });
    this.#tell(job.id);
    this.#kick();
    return job;
  }

  view(id: string): JobView {
    return this.#view(getJob(this.#options.store.reader, id));
  }

  /** All jobs in the order of the queue, the ended ones where they were. */
  list(): JobView[] {
    return listJobs(this.#options.store.reader).map((job) => this.#view(job));
  }

  /** Stops a job where it is; what is committed stays. @throws IndoorsError `not-found`, `input.invalid` */
  async pause(id: string): Promise<JobView> {
    if (this.#running?.id === id) await this.#stop("pause");
    else {
      pauseJob(this.#options.store.writer, id);
      this.#tell(id);
    }
    return this.view(id);
  }

  /** @throws IndoorsError `not-found`, `input.invalid` */
  resume(id: string): JobView {
    resumeJob(this.#options.store.writer, id);
    this.#tell(id);
    this.#kick();
    return this.view(id);
  }

  /**
   * Queues a failed or cancelled job again, as the last; it goes on after what is committed.
   * @throws IndoorsError `not-found`; `input.invalid` when it has not failed or what it worked on is gone.
   */
  retry(id: string): JobView {
    const job = getJob(this.#options.store.reader, id);
    if (this.#handler(job).worksOn(job) === null) {
      throw new IndoorsError(
        "input.invalid",
        `The job cannot be tried again: ${id}. What it worked on was removed. Start a new one.`,
      );
    }
    retryJob(this.#options.store.writer, id);
    this.#tell(id);
    this.#options.onReorder();
    this.#kick();
    return this.view(id);
  }

  /** Puts a waiting job before another one, or last. @throws IndoorsError `not-found`, `input.invalid` */
  move(id: string, before: string | null): void {
    placeJob(this.#options.store.writer, id, before);
    this.#options.onReorder();
  }

  /** Takes an ended job off the list. @throws IndoorsError `not-found`, `input.invalid` */
  async forget(id: string): Promise<void> {
    // One that has ended may still be cleaning up.
    if (getJob(this.#options.store.reader, id).status !== "running") await this.#gone(id);
    forgetJob(this.#options.store.writer, id);
    this.#options.onReorder();
  }

  /** @throws IndoorsError `not-found`, `input.invalid` */
  async cancel(id: string): Promise<JobView> {
    if (this.#running?.id === id) await this.#stop("cancel");
    else {
      const job = cancelJob(this.#options.store.writer, id);
      await this.#handler(job).clean(job);
      this.#tell(id);
    }
    return this.view(id);
  }

  /** Stops the running job without changing what it is: it goes on at the next start. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#stop("shutdown");
    await this.#pump;
  }

  async #stop(reason: StopReason): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    running.controller.abort(new IndoorsError("cancelled", undefined, { reason }));
    await this.#gone(running.id);
  }

  async #gone(id: string): Promise<void> {
    while (this.#running?.id === id) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  #tell(id: string): void {
    this.#options.onChange(this.view(id));
  }

  #kick(): void {
    this.#pump = this.#pump.then(() => this.#work());
  }

  async #work(): Promise<void> {
    for (;;) {
      if (this.#disposed) return;
      const job = claimNextJob(this.#options.store.writer);
      if (job === undefined) return;
      await this.#do(job);
    }
  }

  async #do(job: Job): Promise<void> {
    const { store, onLog } = this.#options;
    const controller = new AbortController();
    this.#running = { id: job.id, controller, startedMs: performance.now(), from: job.progress.done };
    const tell = () => this.#tell(job.id);
    tell();
    try {
      const handler = this.#handler(job);
      await handler.run(job, controller.signal, tell);
      completeJob(store.writer, job.id);
      await handler.clean(job);
    } catch (error) {
      await this.#ended(job, error, controller.signal).catch((fault: unknown) =>
        onLog(`job ${job.id}: ${messageOf(fault)}`),
      );
    } finally {
      this.#running = undefined;
      tell();
    }
  }

  async #ended(job: Job, error: unknown, signal: AbortSignal): Promise<void> {
    const { store, onLog } = this.#options;
    const reason = signal.aborted ? ((signal.reason as IndoorsError).data as { reason: StopReason }).reason : null;
    if (reason === "shutdown") return;
    if (reason === "pause") return void pauseJob(store.writer, job.id);
    if (reason === "cancel") cancelJob(store.writer, job.id);
    else {
      if (!(error instanceof IndoorsError)) onLog(`job ${job.id}: ${(error as Error)?.stack ?? String(error)}`);
      const { code, message } = toWireError(error);
      failJob(store.writer, job.id, { code, message });
    }
    await this.#handler(job).clean(job);
  }

  #view(job: Job): JobView {
    const handler = this.#handler(job);
    const running = this.#running?.id === job.id ? this.#running : undefined;
    const open = job.status === "running" || job.status === "queued" || job.status === "paused";
    const left = timeLeftMs({
      ...job.progress,
      startedAt: running?.from ?? job.progress.done,
      elapsedMs: running ? performance.now() - running.startedMs : 0,
      knownSpeed: handler.knownSpeed(job),
    });
    const { recordingId, transcriptId } = handler.worksOn(job) ?? { recordingId: null, transcriptId: null };
    return { job, title: handler.title(job), timeLeftMs: open ? left : null, recordingId, transcriptId };
  }

  #handler(job: Job): JobHandler {
    const handler = this.#options.handlers.find(({ kind }) => kind === job.kind);
    if (handler === undefined) throw new Error(`no handler for jobs of kind ${job.kind}`);
    return handler;
  }
}
