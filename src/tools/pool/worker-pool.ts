import { type BigIntStats } from "node:fs";
import { stat } from "node:fs/promises";
import { messageOf } from "../../shared/errors.ts";
import type { Grant } from "../../shared/tool.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { ToolWorker } from "../worker-process.ts";

/** All that is fixed when a worker starts. Grants have real paths and the mode the worker really gets. */
export interface WorkerProfile {
  readonly grants: readonly Grant[];
  readonly heapMb: number;
}

export interface WorkerPoolOptions {
  readonly sandbox: Sandbox;
  /** Workers kept ready for each of the two profiles that were used last. */
  readonly size: number;
  /** Starts a worker that loads what it needs and waits for its call. */
  readonly start: (profile: WorkerProfile) => Promise<ToolWorker>;
  readonly onFault: (fault: unknown, where: string) => void;
  /** How long a worker waits for a call before it is ended. */
  readonly idleMs: number;
  /** Time between two probes of the sandbox at least, unless a start failed. */
  readonly probeEveryMs?: number;
}

interface Idle {
  readonly worker: ToolWorker;
  /** The granted folders as they were when the worker was started. */
  readonly folders: string;
  readonly timer: NodeJS.Timeout;
}

const mostProfiles = 2;

/**
 * Workers that were started before their call. Each has one call, for exactly the grants and limits it was started with:
 * one that waits is never given to another profile, nor when a granted folder has been replaced, nor when the sandbox
 * has become another.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  /** By profile, the one used last at the end. */
  readonly #idle = new Map<string, Idle[]>();
  readonly #filling = new Set<Idle[]>();
  readonly #underWay = new Set<Promise<unknown>>();
  #probing: Promise<void> | undefined;
  #disposed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** A worker for this profile, or undefined when none waits. The caller owns it. */
  async take(profile: WorkerProfile): Promise<ToolWorker | undefined> {
    const waiting = this.#idle.get(keyOf(profile));
    if (waiting === undefined || waiting.length === 0) return undefined;
    const folders = await identityOf(profile.grants);
    // One that still loads its tools would answer later than one that is started for the call.
    for (const idle of waiting.filter(({ worker }) => worker.isReady)) {
      const at = waiting.indexOf(idle);
      if (at < 0) continue;
      waiting.splice(at, 1);
      clearTimeout(idle.timer);
      if (idle.folders === folders && this.#isCurrent(idle.worker)) return idle.worker;
      this.#discard(idle.worker);
    }
    return undefined;
  }

  /** Starts what is missing for this profile, which counts as the one used last. Returns at once. */
  refill(profile: WorkerProfile): void {
    if (this.#disposed || this.#options.size === 0) return;
    const key = keyOf(profile);
    const waiting = this.#idle.get(key) ?? [];
    this.#idle.delete(key);
    this.#idle.set(key, waiting);
    for (const oldest of [...this.#idle.keys()].slice(0, -mostProfiles)) this.#drop(oldest);
    if (this.#filling.has(waiting)) return;
    this.#filling.add(waiting);
    this.#track(this.#fill(profile, waiting).finally(() => this.#filling.delete(waiting)));
  }

  /** Resolves when every worker that is being started waits for a call. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    for (const waiting of this.#idle.values()) await Promise.all(waiting.map(({ worker }) => worker.ready));
  }

  /** Ends all that wait. Resolves when they are dead. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    for (const key of [...this.#idle.keys()]) this.#drop(key);
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #fill(profile: WorkerProfile, waiting: Idle[]): Promise<void> {
    const { size, start, onFault } = this.#options;
    while (waiting.length < size && this.#isKept(profile, waiting)) {
      try {
        const folders = await identityOf(profile.grants);
        const worker = await start(profile);
        if (!this.#isKept(profile, waiting)) return this.#discard(worker);
        this.#keep(profile, waiting, worker, folders);
      } catch (error) {
        onFault(new Error(`a worker could not be started ahead: ${messageOf(error)}`), "tool pool");
        await this.#probe(0);
        return;
      }
    }
    await this.#probe(this.#options.probeEveryMs ?? 60_000);
  }

  #keep(profile: WorkerProfile, waiting: Idle[], worker: ToolWorker, folders: string): void {
    const forget = () => {
      const at = waiting.findIndex((idle) => idle.worker === worker);
      if (at >= 0) clearTimeout(waiting.splice(at, 1)[0]?.timer);
      return at >= 0;
    };
    const timer = setTimeout(() => {
      if (forget()) this.#discard(worker);
    }, this.#options.idleMs);
    timer.unref();
    waiting.push({ worker, folders, timer });
    const died = async () => {
      await worker.exited;
      if (!forget()) return;
      this.#discard(worker);
      // One that could not even load its tools would only die again.
      if (worker.isReady && this.#isKept(profile, waiting)) return this.refill(profile);
      this.#options.onFault(new Error(`a worker ended before it was ready\n${worker.log}`), "tool pool");
      this.#track(this.#probe(0));
    };
    void died();
  }

  /** Probes the sandbox again unless the last probe is younger. What was started under another sandbox is ended. */
  async #probe(youngerThanMs: number): Promise<void> {
    const { sandbox } = this.#options;
    if (this.#disposed || Date.now() - Date.parse(sandbox.report.probedAt) < youngerThanMs) return;
    this.#probing ??= this.#probeNow().finally(() => (this.#probing = undefined));
    await this.#probing;
  }

  async #probeNow(): Promise<void> {
    await this.#options.sandbox.probe();
    for (const waiting of this.#idle.values()) {
      for (const idle of waiting.filter(({ worker }) => !this.#isCurrent(worker))) {
        waiting.splice(waiting.indexOf(idle), 1);
        clearTimeout(idle.timer);
        this.#discard(idle.worker);
      }
    }
  }

  #isCurrent({ report }: ToolWorker): boolean {
    const now = this.#options.sandbox.report;
    return report.level === now.level && report.launcher === now.launcher;
  }

  #isKept(profile: WorkerProfile, waiting: Idle[]): boolean {
    return !this.#disposed && this.#idle.get(keyOf(profile)) === waiting;
  }

  #drop(key: string): void {
    const waiting = this.#idle.get(key) ?? [];
    this.#idle.delete(key);
    for (const { worker, timer } of waiting.splice(0)) {
      clearTimeout(timer);
      this.#discard(worker);
    }
  }

  #discard(worker: ToolWorker): void {
    this.#track(worker.dispose());
  }

  #track(work: Promise<unknown>): void {
    const done = work.catch((error: unknown) => this.#options.onFault(error, "tool pool"));
    this.#underWay.add(done);
    void done.finally(() => this.#underWay.delete(done));
  }
}

function keyOf({ grants, heapMb }: WorkerProfile): string {
  return JSON.stringify([heapMb, ...grants.map(({ path, mode }) => [path, mode])]);
}

/** Tells whether the folders of these paths are still the same folders. */
async function identityOf(grants: readonly Grant[]): Promise<string> {
  const one = ({ ino, dev }: BigIntStats) => `${dev}:${ino}`;
  const found = await Promise.all(
    grants.map(({ path }) => stat(path, { bigint: true }).then(one, (error: unknown) => messageOf(error))),
  );
  return found.join();
}
