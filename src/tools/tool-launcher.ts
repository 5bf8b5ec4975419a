import { cpus, tmpdir } from "node:os";
import { checkArguments } from "../shared/argument-schema.ts";
import { IndoorsError, throwIfCancelled } from "../shared/errors.ts";
import type { SandboxLauncher, SandboxLevel } from "../shared/sandbox.ts";
import type { Grant, ToolCall, ToolOutcome } from "../shared/tool.ts";
import { compileCode } from "./compile-code.ts";
import type { AnyTool, ProgramTool, ToolDefinition, ToolLimits, ToolWeights } from "./definition.ts";
import { neutralise, neutraliseDeep } from "./neutralise.ts";
import { WorkerPool, type WorkerProfile } from "./pool/worker-pool.ts";
import { tools as allTools } from "./registry.ts";
import { finishProgram, startProgram } from "./run-program.ts";
import { sandboxLimitsOf } from "./sandbox-limits.ts";
import type { Sandbox, SealedProcess } from "./sandbox/sandbox.ts";
import { readStaged } from "./staging/read-staged.ts";
import type { StagedChanges } from "./staging/staged-changes.ts";
import { grantsFor, limitedTo } from "./tool-needs.ts";
import { workerCommand } from "./worker-command.ts";
import { type Broker, ToolWorker } from "./worker-process.ts";

export interface ToolLauncherOptions {
  readonly sandbox: Sandbox;
  /** The Node 24 binary that runs workers. */
  readonly nodePath: string;
  readonly weights: ToolWeights;
  /** Told why a worker died or misbehaved, with what it wrote to stderr. For the local log only. */
  readonly onFault: (fault: unknown, where: string) => void;
  /** Workers kept ready for each of the profiles used last. Default 1, and 2 from four cores on. */
  readonly poolSize?: number;
  /** Default: the tools that need no execution image. */
  readonly tools?: readonly AnyTool[];
  /** A folder of the host alone, for the compiled code of workers; without it they start more slowly. */
  readonly codeFolder?: string;
  /** A folder of the host alone, where staged changes wait. Default: the system's folder for temporary files. */
  readonly stagingFolder?: string;
  /** The entry of a worker that serves the tools. Default: the one that serves all tools of the registry. */
  readonly entry?: URL;
}

export interface ToolRequest {
  readonly call: ToolCall;
  /** Given to the tool only when it declares the need `grants`. */
  readonly grants: readonly Grant[];
  /** ISO day, 2026-11-23. */
  readonly today: string;
  /** What the host does for tools. Each method is refused to a tool that does not declare the need for it. */
  readonly broker: Broker;
  readonly signal: AbortSignal;
  /** Replaces single limits of the tool's definition. */
  readonly limits?: Partial<ToolLimits> | undefined;
}

/** What the audit log keeps of a call. Nothing of it is content. */
export interface LaunchFacts {
  readonly level: SandboxLevel;
  readonly probeId: string;
  readonly launcher: SandboxLauncher;
  /** The execution image, for a tool that runs a program. */
  readonly image: string | null;
  /** Whether the worker had been started before the call. */
  readonly warm: boolean;
  readonly startMs: number;
  readonly runMs: number;
  /** Null for a worker that was ended after its answer, and for what a signal ended. */
  readonly exitCode: number | null;
  /** The limit that was gone over. */
  readonly limit: string | null;
  readonly outputBytes: number;
  /** Of a call of an MCP server: whether it ran in the sandbox here, or beyond the perimeter. */
  readonly place?: "sandbox" | "perimeter";
}

export interface ToolLaunch {
  readonly outcome: ToolOutcome;
  /** What the tool would change in the granted folders, untouched until it is committed. Null when there is nothing. */
  readonly staged: StagedChanges | null;
  readonly facts: LaunchFacts;
}

/** The longest a call of a worker that was started ahead may take. */
const longestCallMs = 120_000;
const idleMs = 60_000;
/** For Node to start and load the tool, before the call's own time begins to count. */
const startSpareMs = 10_000;

/** Runs calls of tools, each in a sealed process of its own. */
export class ToolLauncher {
  readonly #options: ToolLauncherOptions;
  readonly #tools: readonly AnyTool[];
  readonly #pool: WorkerPool;
  readonly #ending = new Set<Promise<void>>();
  readonly #disposed = new AbortController();
  #compiled: Promise<void> | undefined;

  constructor(options: ToolLauncherOptions) {
    const { sandbox, onFault } = options;
    this.#options = options;
    this.#tools = options.tools ?? allTools;
    const size = options.poolSize ?? (cpus().length >= 4 ? 2 : 1);
    const start = (profile: WorkerProfile) => this.#start("warm", profile, longestCallMs, idleMs + startSpareMs);
    this.#pool = new WorkerPool({ sandbox, size, start, onFault, idleMs });
  }

  /**
   * Runs one call: in the sandbox, no environment, limits on time, memory and output, killed with everything it started.
   * Whatever goes wrong with the tool is an outcome with `ok: false`; text and data are neutralised. The caller commits
   * or discards `staged`.
   * @throws IndoorsError `cancelled` when the signal fires; the process is dead by then.
   */
  async launch(request: ToolRequest): Promise<ToolLaunch> {
    const { call, signal } = request;
    throwIfCancelled(signal);
    const { level, probeId, launcher } = this.#options.sandbox.report;
    const none = { level, probeId, launcher, image: null, warm: false, startMs: 0, runMs: 0, exitCode: null };
    const facts: Facts = { ...none, limit: null, outputBytes: 0 };
    try {
      const tool = this.#tools.find(({ spec }) => spec.name === call.tool);
      if (tool === undefined) throw new IndoorsError("not-found", `There is no tool '${call.tool}'.`);
      const checked = checkArguments(tool.spec.arguments, call.arguments);
      if (!checked.ok) throw new IndoorsError("input.invalid", `${call.tool} was not run: ${checked.message}`);
      const grants = await grantsFor(tool.spec, request.grants);
      const { outcome, staged } = await ("program" in tool
        ? this.#runProgram(tool, checked.arguments, grants, request, facts)
        : this.#runTool(tool, checked.arguments, grants, request, facts));
      return { outcome: neutraliseDeep(outcome) as ToolOutcome, staged, facts: rounded(facts) };
    } catch (error) {
      if (!(error instanceof IndoorsError) || error.code === "cancelled") throw error;
      facts.limit ??= error.code === "tool.limit" ? String((error.data as { limit?: unknown } | null)?.limit) : null;
      const outcome = { ok: false, code: error.code, text: neutralise(error.message) } as const;
      return { outcome, staged: null, facts: rounded(facts) };
    }
  }

  /** Starts a worker ahead for calls that will read these grants. Returns at once. */
  prepare(grants: readonly Grant[]): void {
    const reader = this.#tools.find(({ spec }) => spec.effect === "read" && spec.needs.includes("grants"));
    if (reader === undefined || "program" in reader) return;
    grantsFor(reader.spec, grants).then(
      (seen) => this.#refill({ grants: seen, heapMb: this.#heapOf(reader) }),
      () => {}, // A folder that is not there is told when a tool is called.
    );
  }

  /** Resolves when all that is being started ahead is ready, and what has had its call is gone. */
  async settled(): Promise<void> {
    await this.#compiled;
    await this.#pool.settled();
    await Promise.all(this.#ending);
  }

  /** Ends all workers, and resolves when they are dead. What is staged stays. */
  async dispose(): Promise<void> {
    this.#disposed.abort();
    await this.#compiled;
    await this.#pool.dispose();
    await Promise.all(this.#ending);
  }

  async #runTool(
    tool: ToolDefinition,
    args: Readonly<Record<string, unknown>>,
    grants: readonly Grant[],
    request: ToolRequest,
    facts: Facts,
  ): Promise<Ended> {
    const { call, today, broker, signal } = request;
    const limits = { ...tool.limits, heapMb: this.#heapOf(tool), ...request.limits };
    const profile = { grants, heapMb: limits.heapMb };
    const began = performance.now();
    const warm = await this.#pool.take(profile);
    const worker = warm ?? (await this.#start("cold", profile, limits.wallMs, startSpareMs));
    const { level, probeId, launcher } = worker.report;
    Object.assign(facts, { level, probeId, launcher, warm: warm !== undefined, startMs: performance.now() - began });
    const called = performance.now();
    let failed = true;
    try {
      const outcome = await worker.call({
        call: { ...call, arguments: args },
        grants,
        today,
        weights: this.#options.weights,
        broker: limitedTo(tool.spec.needs, broker),
        limits,
        signal,
      });
      facts.runMs = performance.now() - called;
      const staged = outcome.ok ? await this.#staged(worker.sealed, signal) : null;
      failed = false;
      return { outcome, staged };
    } finally {
      if (failed) facts.runMs = performance.now() - called;
      facts.outputBytes = worker.outputBytes;
      const ended = this.#end(worker);
      if (failed) await ended;
      this.#refill(profile);
    }
  }

  async #runProgram(
    tool: ProgramTool,
    args: Readonly<Record<string, unknown>>,
    grants: readonly Grant[],
    request: ToolRequest,
    facts: Facts,
  ): Promise<Ended> {
    const { sandbox, nodePath } = this.#options;
    const { image, stdin } = tool.program(args);
    facts.image = image.name;
    const began = performance.now();
    const sealed = await startProgram(sandbox, { image, grants, nodePath });
    facts.startMs = performance.now() - began;
    try {
      const run = { tool: tool.spec.name, image, stdin, grants, nodePath, signal: request.signal };
      const { outcome, exit, outputBytes } = await finishProgram(sealed, run);
      Object.assign(facts, { exitCode: exit.code, outputBytes });
      // What a failed script has half done is not worth asking about.
      const staged = exit.code === 0 ? await this.#staged(sealed, request.signal) : null;
      return { outcome, staged };
    } finally {
      facts.runMs = performance.now() - began - facts.startMs;
      await this.#end(sealed);
    }
  }

  /** Takes over what the process has left in its layers, once all of it is dead. */
  async #staged(sealed: SealedProcess, signal: AbortSignal): Promise<StagedChanges | null> {
    if (sealed.staged.length === 0) return null;
    await sealed.kill();
    const staged = await readStaged(sealed.staged, { folder: this.#options.stagingFolder ?? tmpdir(), signal });
    if (staged.list.length > 0) return staged;
    await staged.discard();
    return null;
  }

  /** Tools that get the same grants share workers, and so the largest heap that one of them needs. */
  #heapOf({ spec }: ToolDefinition): number {
    const needsGrants = spec.needs.includes("grants");
    const sharing = this.#tools.filter(
      (one) =>
        !("program" in one) && one.spec.needs.includes("grants") === needsGrants && one.spec.effect === spec.effect,
    );
    return Math.max(...sharing.map(({ limits }) => limits.heapMb));
  }

  #start(way: "cold" | "warm", profile: WorkerProfile, wallMs: number, spareMs: number): Promise<ToolWorker> {
    const { sandbox, nodePath, entry, weights, codeFolder = null, onFault } = this.#options;
    const command = workerCommand({ ...profile, nodePath, entry, way, weights, codeFolder });
    // The launcher counts each call's own output.
    const limits = sandboxLimitsOf({ wallMs, heapMb: profile.heapMb, outputCharacters: 4_000_000 }, spareMs);
    return ToolWorker.start(sandbox, { ...command, limits }, onFault);
  }

  #refill(profile: WorkerProfile): void {
    const { nodePath, codeFolder, onFault } = this.#options;
    // A layer over a folder must be newer than what is below: the changes of this call may yet be written there.
    if (profile.grants.some(({ mode }) => mode === "rw")) return;
    if (codeFolder === undefined || this.#compiled !== undefined) return this.#pool.refill(profile);
    const { heapMb } = profile;
    this.#compiled = compileCode({ nodePath, heapMb, codeFolder, signal: this.#disposed.signal, onFault });
    void this.#compiled.then(() => this.#pool.refill(profile));
  }

  /** Ends a process without being waited for. */
  #end(process: { dispose(): Promise<void> }): Promise<void> {
    const ended = process.dispose().catch((error: unknown) => this.#options.onFault(error, "ending a worker"));
    this.#ending.add(ended);
    void ended.finally(() => this.#ending.delete(ended));
    return ended;
  }
}

export function openToolLauncher(options: ToolLauncherOptions): ToolLauncher {
  return new ToolLauncher(options);
}

type Facts = { -readonly [K in keyof LaunchFacts]: LaunchFacts[K] };
type Ended = Pick<ToolLaunch, "outcome" | "staged">;

function rounded(facts: Facts): LaunchFacts {
  const hundredths = (ms: number) => Math.round(ms * 100) / 100;
  return { ...facts, startMs: hundredths(facts.startMs), runMs: hundredths(facts.runMs) };
}
