import { access, constants, realpath, rm } from "node:fs/promises";
import { constants as systemConstants } from "node:os";
import { isAbsolute, join, relative, resolve } from "node:path";
import { type Readable, Writable } from "node:stream";
import { IndoorsError } from "../shared/errors.ts";
import type { Image } from "../shared/image.ts";
import type { SandboxLimits } from "../shared/sandbox.ts";
import type { Grant } from "../shared/tool.ts";
import { programEnvironment } from "../tools/program-environment.ts";
import { searchPath } from "../tools/sandbox/bubblewrap.ts";
import { openSandbox } from "../tools/sandbox/open-sandbox.ts";
import type { Sandbox, SealedExit, StagedLayer } from "../tools/sandbox/sandbox.ts";
import { makeTemporaryFolder } from "../tools/sandbox/temporary-folders.ts";
import { toolLimits } from "../tools/sandbox/tool-limits.ts";
import { readStaged } from "../tools/staging/read-staged.ts";
import type { AppFiles } from "./app-files.ts";

export interface SandboxExec {
  /** A program by name or path, and its arguments. */
  readonly command: readonly string[];
  readonly grants: readonly Grant[];
  /** What it sees besides and may use. By default what a tool gets. */
  readonly image: Image | null;
  readonly files: Pick<AppFiles, "sealPath" | "nodePath">;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** A sentence for whoever started it. */
  readonly say: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** What a shell would have as exit code when changes were not written although the command succeeded. */
const changesRefused = 3;

/**
 * Runs one command in the profile that tools get, and writes what it changed to the folders that were granted for
 * writing, less what is never written.
 * @returns the exit code: the command's own, 128 and the signal's number, or 3 when only changes were refused.
 * @throws IndoorsError `input.invalid`, `sandbox.unavailable`, `tool.failed`, `cancelled`
 */
export async function execInSandbox(exec: SandboxExec): Promise<number> {
  const sandbox = await openSandbox({ ...exec.files, onLog: () => {} });
  try {
    return await execIn(sandbox, exec);
  } finally {
    await sandbox.dispose();
  }
}

async function execIn(sandbox: Sandbox, exec: SandboxExec): Promise<number> {
  const limits = exec.image?.limits ?? toolLimits;
  const grants = await Promise.all(exec.grants.map(async (grant) => ({ ...grant, path: await realpath(grant.path) })));
  const cwd = await startingPlace(grants);
  const [name = "", ...args] = exec.command;
  const running = await sandbox.start({
    file: await findProgram(name, cwd, exec.files.nodePath),
    args,
    env: {
      PATH: searchPath,
      ...programEnvironment(grants),
    },
    readOnly: exec.image?.readOnly ?? [],
    grants,
    cwd,
    limits,
  });
  const stop = () => void running.kill();
  exec.signal.addEventListener("abort", stop, { once: true });
  try {
    if (exec.signal.aborted) stop();
    const { stdin, stdout, stderr } = running;
    if (stdin !== null) exec.stdin.pipe(stdin);
    const written = Promise.all([pass(stdout, exec.stdout, stop), pass(stderr, exec.stderr, stop)]);
    const exit = await running.exited;
    await written;
    if (exec.signal.aborted) throw new IndoorsError("cancelled");
    const code = exitCode(exit);
    if (exit.limit !== null) {
      exec.say(
        `The command was stopped: it went over a limit (${limitInWords(exit.limit, limits)}). Nothing that it changed is written.`,
      );
      return code === 0 ? 128 + systemConstants.signals.SIGKILL : code;
    }
    const allWritten = await applyStaged(running.staged, exec.say);
    return code === 0 && !allWritten ? changesRefused : code;
  } finally {
    exec.signal.removeEventListener("abort", stop);
    exec.stdin.unpipe();
    // A terminal or pipe that still waits would keep the host from ending.
    exec.stdin.destroy();
    await running.dispose();
  }
}

/** Writes what was changed to the granted folders, and says what is not written and why. @returns whether all was. */
async function applyStaged(layers: readonly StagedLayer[], say: (sentence: string) => void): Promise<boolean> {
  if (layers.length === 0) return true;
  const folder = await makeTemporaryFolder();
  try {
    const { refused } = await (await readStaged(layers, { folder })).commit();
    for (const sentence of refused) say(sentence);
    return refused.length === 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where the user stands, when that is granted; else the first grant, else /tmp. */
async function startingPlace(grants: readonly Grant[]): Promise<string> {
  const here = await realpath(process.cwd()).catch(() => "/");
  const isGranted = grants.some(({ path }) => {
    const way = relative(path, here);
    return way === "" || (way !== ".." && !way.startsWith("../") && !isAbsolute(way));
  });
  return isGranted ? here : (grants[0]?.path ?? "/tmp");
}

/** The absolute path of a program as a shell inside would find it. `node` is the Node that Indoors runs on. */
async function findProgram(name: string, cwd: string, nodePath: string): Promise<string> {
  if (name === "node") return nodePath;
  if (name.includes("/")) return resolve(cwd, name);
  for (const folder of searchPath.split(":")) {
    const path = join(folder, name);
    if (await access(path, constants.X_OK).then(isThere, isNotThere)) return path;
  }
  throw new IndoorsError(
    "input.invalid",
    `The command was not run: ${name}. It is not on the sandbox's search path ${searchPath}. Name a program there, or give its whole path in a granted folder.`,
  );
}

/** Passes a stream on until it ends. When nobody reads any more, the command is stopped. */
function pass(from: Readable | null, to: Writable, stop: () => void): Promise<void> {
  if (from === null) return Promise.resolve();
  return new Promise((ended) => {
    const done = () => {
      to.off("error", unread);
      ended();
    };
    const unread = () => {
      stop();
      from.resume();
    };
    to.on("error", unread);
    from.once("end", done).once("close", done);
    from.pipe(to, { end: false });
  });
}

function exitCode({ code, signal }: SealedExit): number {
  return code ?? 128 + (systemConstants.signals[signal as NodeJS.Signals] ?? 0);
}

function limitInWords(limit: keyof SandboxLimits, limits: SandboxLimits): string {
  const words: Readonly<Record<keyof SandboxLimits, string>> = {
    wallMs: `${limits.wallMs / 1000} s`,
    cpuSeconds: `${limits.cpuSeconds} s of CPU time`,
    memoryMb: `${limits.memoryMb} MB of memory`,
    processes: `${limits.processes} processes`,
    fileMb: `${limits.fileMb} MB in one file`,
    writtenMb: `${limits.writtenMb} MB written`,
    outputBytes: `${limits.outputBytes} bytes of output`,
  };
  return words[limit];
}

const isThere = () => true;
const isNotThere = () => false;
