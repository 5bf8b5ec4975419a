import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type Implementation, serve } from "../shared/contract.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { stdioChannel } from "../shared/stdio-channel.ts";
import type { Grant, ToolCall, ToolOutcome } from "../shared/tool.ts";
import { brokerContract, toolContract } from "../shared/tool-contract.ts";
import type { ToolLimits } from "./definition.ts";
import { workerCommand } from "./worker-command.ts";

/** What the host does for a running tool. */
export type Broker = Implementation<typeof brokerContract>;

export interface WorkerRun {
  readonly call: ToolCall;
  /** Real paths. */
  readonly grants: readonly Grant[];
  readonly today: string;
  readonly broker: Broker;
  readonly limits: ToolLimits;
  readonly entry: URL;
  readonly nodePath: string;
  readonly signal: AbortSignal;
  readonly onFault: (fault: unknown, where: string) => void;
}

const keptLogCharacters = 4000;

/**
 * Starts a worker, makes the one call, and ends the worker and its folder whatever happens.
 * @throws IndoorsError `cancelled`, `tool.limit` {limit}, or `tool.failed` when the worker died or answered nonsense.
 */
export async function runInWorker(run: WorkerRun): Promise<ToolOutcome> {
  const folder = await mkdtemp(join(tmpdir(), "indoors-tool-"));
  try {
    return await callIn(folder, run);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function callIn(folder: string, { call, limits, signal, onFault, ...run }: WorkerRun): Promise<ToolOutcome> {
  const command = workerCommand({ ...run, heapMb: limits.heapMb });
  const child = spawn(command.file, command.args, {
    cwd: folder,
    env: command.env,
    stdio: ["pipe", "pipe", "pipe"],
    // A process group of its own, so that what the worker may have started dies with it.
    detached: process.platform !== "win32",
    windowsHide: true,
  });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(messageOf(error)));
    child.once("close", (code, byApp) => resolve(byApp ?? `exit code ${code}`));
  });
  const overLimit = Promise.withResolvers<never>();
  const stop = (limit: keyof ToolLimits, sentence: string) => overLimit.reject(limitError(call.tool, limit, sentence));
  const timer = setTimeout(() => stop("wallMs", `took longer than ${limits.wallMs / 1000} s`), limits.wallMs);
  const log = watchOutput(child, limits.outputCharacters, () =>
    stop("outputCharacters", `wrote more than ${limits.outputCharacters} characters`),
  );
  const channel = stdioChannel(child.stdout, child.stdin, { maxLine: limits.outputCharacters });
  const where = `tool ${call.tool}`;
  const server = serve(channel, brokerContract, run.broker, { onFault });
  const client = connect(channel, toolContract, { onFault: (fault) => onFault(fault, where) });
  try {
    const answer = client.call("run", { call, grants: [...run.grants], today: run.today }, { signal });
    return await Promise.race([answer, overLimit.promise]);
  } catch (error) {
    if (error instanceof IndoorsError && (error.code === "cancelled" || error.code === "tool.limit")) throw error;
    const how = await Promise.race([ended, overLimit.promise]);
    onFault(new Error(`${messageOf(error)} (${how})\n${log()}`), where);
    if (/heap out of memory|heap limit/i.test(log())) {
      throw limitError(call.tool, "heapMb", `needed more than ${limits.heapMb} MB of memory`);
    }
    throw new IndoorsError(
      "tool.failed",
      `${call.tool} failed: its worker stopped without an answer. Try it once more.`,
    );
  } finally {
    clearTimeout(timer);
    client.dispose();
    server.dispose();
    channel.close();
    kill(child);
    await ended;
  }
}

/** Counts what the worker writes and keeps the end of its stderr. */
function watchOutput(child: ChildProcess, mostCharacters: number, tooMuch: () => void): () => string {
  let written = 0;
  let log = "";
  const count = (text: string) => {
    written += text.length;
    if (written > mostCharacters) tooMuch();
  };
  child.stdout?.setEncoding("utf8").on("data", count);
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    count(text);
    log = (log + text).slice(-keptLogCharacters);
  });
  return () => log;
}

function limitError(tool: string, limit: keyof ToolLimits, sentence: string): IndoorsError {
  return new IndoorsError("tool.limit", `${tool} was stopped: it ${sentence}. Ask for less in one call.`, { limit });
}

/** SIGKILL to the process group. It may have ended already. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill("SIGKILL");
    else process.kill(-child.pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}
