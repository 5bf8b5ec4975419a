import type { Readable } from "node:stream";
import { type Client, connect, type Implementation, serve } from "../shared/contract.ts";
import type { Channel } from "../shared/channel.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import { stdioChannel } from "../shared/stdio-channel.ts";
import type { Grant, ToolCall, ToolOutcome } from "../shared/tool.ts";
import { brokerContract, toolContract } from "../shared/tool-contract.ts";
import type { ToolLimits, ToolWeights } from "./definition.ts";
import { limitError, ofSandbox, subjectOf } from "./limit-error.ts";
import type { Sandbox, SealedCommand, SealedExit, SealedProcess } from "./sandbox/sandbox.ts";

/** What the host does for a running tool. */
export type Broker = Implementation<typeof brokerContract>;

export interface WorkerCall {
  readonly call: ToolCall;
  /** Real paths. */
  readonly grants: readonly Grant[];
  readonly today: string;
  readonly weights: ToolWeights;
  readonly broker: Broker;
  readonly limits: ToolLimits;
  readonly signal: AbortSignal;
}

const keptLogCharacters = 4000;

/** A sealed process that answers one call. Its owner disposes of it, whatever happened. */
export class ToolWorker {
  /** What the probe had found when it was started. */
  readonly report: SandboxReport;
  readonly sealed: SealedProcess;
  /** True once it has loaded what it needs; false when it ended before. */
  readonly ready: Promise<boolean>;
  readonly #channel: Channel;
  readonly #client: Client<typeof toolContract>;
  readonly #onFault: (fault: unknown, where: string) => void;
  #outputBytes = 0;
  #outputCharacters = 0;
  #log = "";
  #onOutput = () => {};
  #used = false;
  #isReady = false;

  private constructor(sealed: SealedProcess, report: SandboxReport, onFault: (fault: unknown, where: string) => void) {
    this.sealed = sealed;
    this.report = report;
    this.#onFault = onFault;
    const { stdin, stdout, stderr } = sealed;
    if (stdin === null || stdout === null || stderr === null) throw new Error("a worker needs its pipes");
    this.#count(stdout);
    this.#count(stderr).on("data", (text: string) => (this.#log = (this.#log + text).slice(-keptLogCharacters)));
    this.#channel = stdioChannel(stdout, stdin);
    this.#client = connect(this.#channel, toolContract, { onFault: (fault) => onFault(fault, "tool worker") });
    this.ready = new Promise((resolve) => {
      this.#client.on("ready", () => {
        this.#isReady = true;
        resolve(true);
      });
      void sealed.exited.then(() => resolve(false));
    });
  }

  /** @throws IndoorsError `sandbox.unavailable`, `tool.failed` */
  static async start(
    sandbox: Sandbox,
    command: SealedCommand,
    onFault: (fault: unknown, where: string) => void,
  ): Promise<ToolWorker> {
    const { report } = sandbox;
    return new ToolWorker(await sandbox.start(command), report, onFault);
  }

  get exited(): Promise<SealedExit> {
    return this.sealed.exited;
  }

  /** Whether it has loaded what it needs. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get outputBytes(): number {
    return this.#outputBytes;
  }

  /** The end of what it wrote to stderr. For the local log only. */
  get log(): string {
    return this.#log;
  }

  /**
   * Makes the one call.
   * @throws IndoorsError `cancelled`, `tool.limit` {limit}, or `tool.failed` when the worker died or answered nonsense.
   */
  async call({ call, grants, today, weights, broker, limits, signal }: WorkerCall): Promise<ToolOutcome> {
    if (this.#used) throw new Error("this worker has had its call");
    this.#used = true;
    const { tool } = call;
    const subject = subjectOf(call);
    const overLimit = Promise.withResolvers<never>();
    overLimit.promise.catch(() => {});
    const timer = setTimeout(
      () => overLimit.reject(limitError(subject, "wallMs", `took longer than ${limits.wallMs / 1000} s`)),
      limits.wallMs,
    );
    this.#onOutput = () => {
      if (this.#outputCharacters <= limits.outputCharacters) return;
      overLimit.reject(
        limitError(subject, "outputCharacters", `wrote more than ${limits.outputCharacters} characters`),
      );
    };
    const where = `tool ${tool}`;
    const server = serve(this.#channel, brokerContract, broker, { onFault: this.#onFault });
    try {
      const params = { call, grants: [...grants], today, weights };
      return await Promise.race([this.#client.call("run", params, { signal }), overLimit.promise]);
    } catch (error) {
      if (error instanceof IndoorsError && (error.code === "cancelled" || error.code === "tool.limit")) throw error;
      const exit = await Promise.race([this.exited, overLimit.promise]);
      this.#onFault(new Error(`${messageOf(error)} (${howItEnded(exit)})\n${this.#log}`), where);
      if (/heap out of memory|heap limit/i.test(this.#log)) {
        throw limitError(subject, "heapMb", `needed more than ${limits.heapMb} MB of memory`);
      }
      throw (
        ofSandbox(subject, exit) ??
        new IndoorsError("tool.failed", `${tool} failed: its worker stopped without an answer. Try it once more.`)
      );
    } finally {
      clearTimeout(timer);
      this.#onOutput = () => {};
      server.dispose();
    }
  }

  /** Kills it with everything it started, and resolves when that is dead. */
  async dispose(): Promise<void> {
    this.#client.dispose();
    this.#channel.close();
    await this.sealed.dispose();
  }

  #count(stream: Readable): Readable {
    return stream.setEncoding("utf8").on("data", (text: string) => {
      this.#outputCharacters += text.length;
      this.#outputBytes += Buffer.byteLength(text);
      this.#onOutput();
    });
  }
}

function howItEnded({ code, signal, limit }: SealedExit): string {
  return `${signal ?? `exit code ${code}`}${limit === null ? "" : `, over its limit ${limit}`}`;
}
