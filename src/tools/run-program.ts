import type { Readable } from "node:stream";
import { finished } from "node:stream/promises";
import { IndoorsError, throwIfCancelled } from "../shared/errors.ts";
import type { Image } from "../shared/image.ts";
import type { Grant, ToolOutcome } from "../shared/tool.ts";
import { limitError, ofSandbox } from "./limit-error.ts";
import { neutralise } from "./neutralise.ts";
import { programEnvironment } from "./program-environment.ts";
import type { Sandbox, SealedExit, SealedProcess } from "./sandbox/sandbox.ts";
import { neededOf } from "./worker-command.ts";

export interface ProgramRun {
  /** For messages. */
  readonly tool: string;
  readonly image: Image;
  readonly stdin: string;
  /** Real paths. */
  readonly grants: readonly Grant[];
  readonly nodePath: string;
  readonly signal: AbortSignal;
}

export interface ProgramEnd {
  readonly outcome: ToolOutcome;
  readonly exit: SealedExit;
  readonly outputBytes: number;
}

/** What one call gives the model of each stream at most: the beginning, and the end, where errors stand. */
const shownHead = 3000;
const shownTail = 1500;
/** What is stored of each stream for a screen. */
const keptCharacters = 50_000;

/** Starts an image's interpreter in the sandbox. The caller disposes of it. @throws IndoorsError as `Sandbox.start`. */
export function startProgram(
  sandbox: Sandbox,
  { image, grants, nodePath }: Pick<ProgramRun, "image" | "grants" | "nodePath">,
): Promise<SealedProcess> {
  const bundled = image.interpreter === "bundled-node";
  const first = grants[0];
  return sandbox.start({
    file: bundled ? nodePath : image.interpreter,
    args: image.arguments,
    env: {
      ...neededOf(process.env),
      PATH: "/usr/local/bin:/usr/bin:/bin",
      ...programEnvironment(grants),
    },
    readOnly: [...image.readOnly, ...(bundled ? [nodePath] : [])],
    grants,
    ...(first === undefined ? {} : { cwd: first.path }),
    limits: image.limits,
  });
}

/**
 * Gives a started program its stdin, waits for its end and makes an outcome of what it printed. A program that ends with
 * an error is `ok` all the same: it may have read and printed what is in the grants, and whoever counts what was read
 * must count that.
 * @throws IndoorsError `cancelled`, `tool.limit` {limit}; the program is dead by then.
 */
export async function finishProgram(sealed: SealedProcess, run: ProgramRun): Promise<ProgramEnd> {
  const { image, tool, signal } = run;
  const { wallMs, outputBytes: mostBytes } = image.limits;
  let outputBytes = 0;
  let over: IndoorsError | undefined;
  const stop = (error: IndoorsError) => {
    over ??= error;
    void sealed.kill();
  };
  const read = (stream: Readable | null) => {
    const kept = { text: "", ended: stream === null ? undefined : finished(stream).catch(() => {}) };
    stream?.setEncoding("utf8").on("data", (text: string) => {
      outputBytes += Buffer.byteLength(text);
      if (outputBytes > mostBytes) stop(limitError(tool, "outputBytes", `printed more than ${mostBytes} bytes`));
      else kept.text += text;
    });
    return kept;
  };
  const [stdout, stderr] = [read(sealed.stdout), read(sealed.stderr)];
  const timer = setTimeout(() => stop(limitError(tool, "wallMs", `took longer than ${wallMs / 1000} s`)), wallMs);
  const onAbort = () => stop(new IndoorsError("cancelled"));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    if (signal.aborted) onAbort();
    // A program need not read what it is given.
    sealed.stdin?.on("error", () => {});
    sealed.stdin?.end(run.stdin);
    const exit = await sealed.exited;
    await Promise.all([stdout.ended, stderr.ended]);
    throwIfCancelled(signal);
    const error = over ?? ofSandbox(tool, exit) ?? outOfHeap(tool, exit, stderr.text);
    if (error !== undefined) throw error;
    return { outcome: outcomeOf(exit, stdout.text, stderr.text), exit, outputBytes };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  }
}

/** Node ends itself when its heap is full, whatever the sandbox would still allow. */
function outOfHeap(tool: string, { code, signal }: SealedExit, stderr: string): IndoorsError | undefined {
  const ended = signal !== null || (code !== null && code > 128);
  if (!ended || !/JavaScript heap out of memory/.test(stderr)) return undefined;
  return limitError(tool, "memoryMb", "needed too much memory");
}

function outcomeOf(exit: SealedExit, stdout: string, stderr: string): ToolOutcome {
  const ended =
    exit.code === 0
      ? "The script ran."
      : `The script failed: it ended ${exit.code === null ? `by ${exit.signal}` : `with exit code ${exit.code}`}.`;
  const streams = (
    [
      ["stdout", stdout],
      ["stderr", stderr],
    ] as const
  ).map(([name, text]) => ({ name, ...shortened(neutralise(text).trimEnd()) }));
  const shown = streams.filter(({ text }) => text !== "").map(({ name, text }) => `${name}:\n${text}`);
  return {
    ok: true,
    text: [ended, ...(shown.length === 0 ? ["It printed nothing."] : shown)].join("\n"),
    data: {
      exitCode: exit.code,
      signal: exit.signal,
      stdout: stdout.slice(0, keptCharacters),
      stderr: stderr.slice(0, keptCharacters),
    },
    truncated: streams.some(({ cut }) => cut),
  };
}

function shortened(text: string): { readonly text: string; readonly cut: boolean } {
  const left = text.length - shownHead - shownTail;
  if (left <= 0) return { text, cut: false };
  return { text: `${text.slice(0, shownHead)}\n[… ${left} characters …]\n${text.slice(-shownTail)}`, cut: true };
}
