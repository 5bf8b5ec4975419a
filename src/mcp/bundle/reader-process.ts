import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Client, connect } from "../../shared/contract.ts";
import { IndoorsError } from "../../shared/errors.ts";
import { processChannel } from "../../shared/process-channel.ts";
import { silenceMs } from "./bundle-limits.ts";
import { readerContract } from "./reader-contract.ts";
import { refusal } from "./refuse-bundle.ts";

/** The extension follows this file: .ts from source, .js when built. */
const entry = new URL(`./reader.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`, import.meta.url);

export interface ReaderOptions {
  readonly nodePath: string;
  /** The one folder it may write. Null: none. */
  readonly mayWrite: string | null;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** What it writes to stderr: bugs. For the local log. */
  readonly onLog?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How long it may be silent, in milliseconds; for tests. */
  readonly silenceMs?: number | undefined;
}

/**
 * Runs `use` with a process that reads the bundle at `path`. The process may read files, write one folder, and start nothing; it is
 * dead when this returns.
 * @throws IndoorsError `server.refused` when it dies of the bundle or is silent for too long, `cancelled`, and what `use` throws
 */
export async function withReader<T>(
  path: string,
  options: ReaderOptions,
  use: (reader: Client<typeof readerContract>, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const limitMs = options.silenceMs ?? silenceMs;
  const timer = setTimeout(() => late.abort(), limitMs);
  const signal = options.signal === undefined ? late.signal : AbortSignal.any([options.signal, late.signal]);
  const child = fork(fileURLToPath(entry), [], {
    execPath: options.nodePath,
    execArgv: [
      ...["--permission", "--allow-fs-read=*", "--max-old-space-size=512"],
      ...(options.mayWrite === null ? [] : [`--allow-fs-write=${options.mayWrite}`]),
    ],
    env: { LANG: "C.UTF-8" },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => options.onLog?.(`bundle reader: ${text.trimEnd()}`));
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const client = connect(processChannel(child), readerContract);
  client.on("progress", ({ done, total }) => {
    timer.refresh();
    options.onProgress?.(done, total);
  });
  try {
    return await use(client, signal);
  } catch (error) {
    if (late.signal.aborted) {
      throw refusal(path, "damaged", "It takes too long to read: it is damaged, or made to.", "Copy it again.");
    }
    if (error instanceof IndoorsError && error.code === "channel.closed") {
      throw refusal(path, "damaged", "Its reader ended on it: it is damaged, or made to do that.", "Copy it again.");
    }
    throw error;
  } finally {
    clearTimeout(timer);
    client.dispose();
    child.kill("SIGKILL");
    await exited;
  }
}
