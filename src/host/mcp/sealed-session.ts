import { IndoorsError } from "../../shared/errors.ts";
import type { SandboxLimits } from "../../shared/sandbox.ts";
import { stdioChannel } from "../../shared/stdio-channel.ts";
import type { Grant } from "../../shared/tool.ts";
import { sessionWorkerCommand } from "../../mcp/session/worker-command.ts";
import { searchPath } from "../../tools/sandbox/bubblewrap.ts";
import type { Sandbox, SealedExit, SealedProcess, StagedLayer } from "../../tools/sandbox/sandbox.ts";
import { connectSession, type McpSession, type OpenParams, type SessionCallbacks } from "./connect-session.ts";
import { type FolderLimits, watchFolder } from "./watch-folder.ts";

/** A server on this machine, as it is started. Paths are real paths. */
export interface SealedServer {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  /** Added to PATH, HOME, TMPDIR, LANG and TZ, which it always has; nothing else is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** What it may read: the bundle's own folder. */
  readonly readOnly: readonly string[];
  /** Folders that it really writes to: its private one. HOME and the working directory are the first of them. */
  readonly writable: readonly string[];
  /** What it would write to `rw` ones is staged: see `finish`. */
  readonly grants: readonly Grant[];
  readonly cwd?: string | undefined;
  readonly limits?: Partial<SandboxLimits> | undefined;
  /** What each of `writable` may hold, what was there before included. Default: 1 GB, 100 000 files. */
  readonly folderLimits?: FolderLimits | undefined;
}

export interface SealedSessionOptions extends SessionCallbacks, OpenParams {
  readonly sandbox: Sandbox;
  readonly nodePath: string;
  readonly server: SealedServer;
  /** Gives up while it is being opened. */
  readonly signal: AbortSignal;
}

/** A server in the sandbox. Its owner disposes of it, whatever happened. */
export interface SealedSession extends McpSession {
  readonly sealed: SealedProcess;
  /** What it has told the host so far. */
  readonly outputBytes: number;
  /** Ends the server, politely at first. What it would have written is readable from then until `dispose`. */
  finish(): Promise<readonly StagedLayer[]>;
}

/** For the session and the server together; both are Node in most cases, of 0.6 GB address space and a dozen threads each. */
export const serverLimits: SandboxLimits = {
  // It runs until it is idle or dismissed.
  wallMs: 2 ** 31 - 1,
  cpuSeconds: 3600,
  memoryMb: 1536,
  processes: 96,
  fileMb: 256,
  writtenMb: 64,
  outputBytes: 512 * 1024 * 1024,
};

const folderLimits: FolderLimits = { bytes: 1024 * 1024 * 1024, files: 100_000 };

/** How long a server may take to end when it is asked to, and its session when the server is gone or given up. */
const [politeMs, briefMs] = [2500, 300];
const keptLogCharacters = 4000;

/**
 * Starts a server sealed and makes its acquaintance: no network, no environment but its own, only its folders and grants.
 * The session that speaks with it runs beside it in the same sandbox.
 * @throws IndoorsError `sandbox.unavailable`, `input.invalid` for a folder that cannot be opened, `tool.failed`,
 * `server.failed` {reason}, `timeout`, `cancelled`. Nothing runs then.
 */
export async function openSealedSession(options: SealedSessionOptions): Promise<SealedSession> {
  const { sandbox, nodePath, server, onFault, signal } = options;
  const worker = sessionWorkerCommand();
  const { grants, writable, readOnly } = server;
  const sealed = await sandbox.start({
    file: nodePath,
    args: worker.args,
    env: timeZone,
    readOnly: [...new Set([...worker.readOnly, ...readOnly])],
    writable,
    grants,
    limits: { ...serverLimits, ...server.limits },
  });
  let outputBytes = 0;
  let log = "";
  const { stdin, stdout, stderr } = sealed;
  if (stdin === null || stdout === null || stderr === null) throw new Error("a session needs its pipes");
  stdout.on("data", (text: string) => (outputBytes += Buffer.byteLength(text)));
  stderr.setEncoding("utf8").on("data", (text: string) => (log = (log + text).slice(-keptLogCharacters)));
  const channel = stdioChannel(stdout, stdin);
  const home = writable[0] ?? "/tmp";
  channel.send({
    file: server.file,
    args: server.args,
    env: { PATH: searchPath, HOME: home, LANG: "C.UTF-8", ...timeZone, ...server.env },
    cwd: server.cwd ?? home,
  });
  let full: string | null = null;
  const watches = writable.map((path) =>
    watchFolder(path, server.folderLimits ?? folderLimits, () => {
      full = `Its folder is full: ${path}. Delete what it does not need there.`;
      void sealed.kill();
    }),
  );
  const exit = sealed.exited.then((how) => {
    for (const stop of watches) stop();
    if (log !== "") onFault(new Error(log), `server ${server.name}`);
    return full ?? inWords(how);
  });
  try {
    const session = await connectSession(channel, options, options, signal);
    let asked = false;
    const ended = session.ended.then(async (reason) => {
      const timer = setTimeout(() => void sealed.kill(), asked ? politeMs : briefMs);
      const how = await exit;
      clearTimeout(timer);
      // A session that was killed with its server has said less than the sandbox knows.
      return how ?? reason;
    });
    const finish = async () => {
      asked = true;
      await session.dispose();
      await ended;
      return sealed.staged;
    };
    return {
      info: session.info,
      client: session.client,
      ended,
      sealed,
      get outputBytes() {
        return outputBytes;
      },
      finish,
      async dispose() {
        await finish();
        await sealed.dispose();
      },
    };
  } catch (error) {
    await sealed.dispose();
    const how = await exit;
    if (how === null || !(error instanceof IndoorsError) || error.code === "cancelled") throw error;
    throw new IndoorsError("server.failed", `The server ${server.name} was not started: ${how}`, { reason: how });
  }
}

/** Found out once: it takes milliseconds. */
const timeZone = { TZ: process.env["TZ"] ?? new Intl.DateTimeFormat().resolvedOptions().timeZone };

const sentences: Readonly<Record<keyof SandboxLimits, string>> = {
  wallMs: "It ran for too long.",
  cpuSeconds: "It computed for too long.",
  memoryMb: "It needed too much memory.",
  processes: "It started too many processes.",
  fileMb: "It wrote a file that is too large.",
  writtenMb: "It wrote too much.",
  outputBytes: "It sent too much.",
};

/** The limit that ended it, in words; null when it ended otherwise. */
const inWords = ({ limit }: SealedExit) => (limit === null ? null : sentences[limit]);
