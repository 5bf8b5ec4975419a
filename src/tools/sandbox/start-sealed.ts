import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { rm, statfs } from "node:fs/promises";
import { type Readable, Transform, type Writable } from "node:stream";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import type { SandboxLimits } from "../../shared/sandbox.ts";
import type { Cgroup, Cgroups } from "./cgroups.ts";
import { byDepth, checkGrants, checkWritable } from "./granted-paths.ts";
import { hostFiles, type Launcher } from "./launcher.ts";
import type { SealedCommand, SealedExit, SealedProcess, StagedLayer } from "./sandbox.ts";
import { holdArguments } from "./seal-arguments.ts";
import { sessionMembers } from "./session-members.ts";
import { makeTemporaryFolder } from "./temporary-folders.ts";

export interface StartOptions {
  readonly launcher: Launcher;
  readonly sealPath: string;
  readonly cgroups: Cgroups | null;
  /** A file that is left open for `seal hold`, to see whether it gets inside. For the probe. */
  readonly planted?: number;
}

/** How long a sandbox may take to be ready. It takes milliseconds; a machine that is out of memory takes long. */
const readyMs = 20_000;
/** How long `seal hold` may take to end what it holds. It takes milliseconds. */
const patienceMs = 5000;

/**
 * Starts a program sealed: `seal hold` outside, the launcher's sandbox, `seal run` inside, and only when all of it stands
 * and the limits hold, the program.
 * @throws IndoorsError `tool.failed` {reason} when any part could not be put in place: nothing has run then.
 */
export async function startSealed(command: SealedCommand, options: StartOptions): Promise<HeldProcess> {
  checkGrants(command.grants);
  checkWritable(command.writable ?? [], command.grants);
  const { launcher } = options;
  // The layer of an inner folder comes above that of an outer one, or it would not be seen.
  const staged = byDepth(command.grants.filter(({ mode }) => mode === "rw"));
  if (staged.length > 0 && !launcher.staging) {
    throw new IndoorsError(
      "sandbox.unavailable",
      "The folder cannot be opened for writing: the sandbox on this machine cannot keep writes apart. Grant it read-only.",
      { level: launcher.level },
    );
  }
  const cgroup = (await options.cgroups?.create(command.limits).catch(() => null)) ?? null;
  let temporary: string | null = null;
  try {
    if (!launcher.ownTemporary) temporary = await makeTemporaryFolder();
    const sealed = launcher.seal(command, temporary ?? "/tmp");
    const args = holdArguments(sealed, {
      passed: [hostFiles.gate, hostFiles.info],
      cgroups: cgroup?.joinFiles ?? [],
      staged,
      stagedMb: command.limits.writtenMb,
    });
    const stream = command.stdio ?? "pipe";
    const child = spawn(options.sealPath, args, {
      cwd: sealed.cwd,
      env: sealed.env,
      stdio: [
        ...[stream, stream, stream, "pipe" as const, "pipe" as const, "pipe" as const],
        ...(options.planted === undefined ? [] : [options.planted]),
      ],
    });
    const running = new HeldProcess(child, command, staged, { cgroup, temporary });
    await running.ready();
    return running;
  } catch (error) {
    if (!(error instanceof StartFailure)) await cleanUp({ cgroup, temporary });
    if (error instanceof IndoorsError) throw error;
    const reason = messageOf(error);
    throw new IndoorsError(
      "tool.failed",
      `The program was not started: ${command.file}. ${reason}. Nothing has run; try it again, and run indoors sandbox probe when it goes on.`,
      { reason },
    );
  }
}

/** The process has been disposed of already. */
class StartFailure extends Error {}

interface Owned {
  readonly cgroup: Cgroup | null;
  /** A folder that stands for /tmp. */
  readonly temporary: string | null;
}

async function cleanUp({ cgroup, temporary }: Owned): Promise<void> {
  await cgroup?.remove();
  if (temporary !== null) await rm(temporary, { recursive: true, force: true });
}

/** One `seal hold` and what it holds. */
export class HeldProcess implements SealedProcess {
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  readonly exited: Promise<SealedExit>;
  readonly staged: readonly StagedLayer[];
  /** Resolves when it has been disposed of. */
  readonly released: Promise<void>;
  readonly #release = Promise.withResolvers<void>();
  readonly #child: ChildProcess;
  readonly #limits: SandboxLimits;
  readonly #owned: Owned;
  readonly #control: Writable & Readable;
  readonly #gate: Writable & Readable;
  readonly #failure = Promise.withResolvers<never>();
  readonly #ended = Promise.withResolvers<{ readonly code: number; readonly cpuMs: number }>();
  readonly #holdGone: Promise<void>;
  #limit: keyof SandboxLimits | null = null;
  #outputBytes = 0;
  #saidExit = false;
  #firstInside: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #disposed: Promise<void> | undefined;

  constructor(child: ChildProcess, { limits }: SealedCommand, writable: readonly StagedLayer["grant"][], owned: Owned) {
    this.#child = child;
    this.#limits = limits;
    this.#owned = owned;
    const root = `/proc/${child.pid}/root`;
    this.staged = writable.map((grant, index) => ({
      grant,
      folder: `${root}/sys/upper${index}`,
      merged: `${root}${grant.path}`,
    }));
    this.stdin = child.stdin;
    // What was not read when the program ended is no failure of the host.
    child.stdin?.on("error", () => {});
    this.stdout = this.#counted(child.stdout);
    this.stderr = this.#counted(child.stderr);
    this.#control = child.stdio[hostFiles.control] as Writable & Readable;
    this.#gate = child.stdio[hostFiles.gate] as Writable & Readable;
    this.#failure.promise.catch(() => {});
    this.#holdGone = new Promise((resolve) => {
      child.once("error", (error) => {
        this.#failure.reject(error);
        resolve();
      });
      child.once("exit", () => resolve());
    });
    this.#listen();
    this.exited = this.#exit();
    this.released = this.#release.promise;
  }

  /** Waits until everything is in place, says go, and waits until the program itself has taken over. */
  async ready(): Promise<void> {
    const timer = setTimeout(() => this.#failure.reject(new Error(`It was not ready in ${readyMs / 1000} s`)), readyMs);
    const lines = readLines(this.#gate);
    const next = async () => (await Promise.race([lines.next(), this.#failure.promise])).value as string | undefined;
    try {
      const first = await next();
      if (first !== "ready") throw new Error(await this.#whyNot(first));
      this.#timer = setTimeout(() => this.#stopFor("wallMs"), this.#limits.wallMs);
      this.#gate.write("g");
      const last = await next();
      if (last !== undefined) throw new Error(await this.#whyNot(last));
    } catch (error) {
      await this.dispose();
      throw new StartFailure(messageOf(error));
    } finally {
      clearTimeout(timer);
      this.#gate.destroy();
    }
  }

  async kill(): Promise<void> {
    this.#control.write("k");
    // Whatever is wrong with the holder, this ends.
    const timer = setTimeout(() => {
      killIfThere(this.#firstInside);
      this.#child.kill("SIGKILL");
    }, patienceMs);
    await this.exited;
    clearTimeout(timer);
  }

  dispose(): Promise<void> {
    this.#disposed ??= (async () => {
      await this.kill();
      this.#control.destroy();
      await this.#holdGone;
      for (const stream of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) stream?.destroy();
      await cleanUp(this.#owned);
      this.#release.resolve();
    })();
    return this.#disposed;
  }

  #listen(): void {
    for (const stream of this.#child.stdio.slice(3)) stream?.on("error", () => {});
    void (async () => {
      for await (const line of readLines(this.#control)) {
        const [word, code, cpuMs] = line.split(" ");
        if (word === "exit") {
          this.#saidExit = true;
          this.#ended.resolve({ code: Number(code), cpuMs: Number(cpuMs) });
        } else if (word === "error") this.#failure.reject(new Error(line.slice("error ".length)));
      }
    })();
    let info = "";
    const told = this.#child.stdio.at(hostFiles.info) as Readable;
    told.setEncoding("utf8").on("data", (text: string) => {
      info += text;
      this.#firstInside ??= Number(/"child-pid": (\d+)/.exec(info)?.[1]) || undefined;
    });
  }

  async #exit(): Promise<SealedExit> {
    // Somebody may have killed the holder itself; then what it held is ended from here.
    const gone = this.#holdGone.then(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const end = { code: 128 + constants.signals.SIGKILL, cpuMs: 0 };
      // It has done that itself, and its numbers may belong to others by now.
      if (this.#saidExit) return end;
      killIfThere(this.#firstInside);
      // A launcher that was caught at its first steps waits for a half that is dead, for ever. It is in the holder's
      // session still, and nothing of the program has run then.
      for (const pid of await sessionMembers(this.#child.pid ?? -1)) killIfThere(pid);
      return end;
    });
    const { code, cpuMs } = await Promise.race([this.#ended.promise, gone]);
    clearTimeout(this.#timer);
    const name = signalName(code);
    return { code: name === null ? code : null, signal: name, limit: await this.#limitHit(code, name, cpuMs) };
  }

  async #limitHit(code: number, name: string | null, cpuMs: number): Promise<keyof SandboxLimits | null> {
    if (this.#limit !== null) return this.#limit;
    if (code === 0) return null;
    if (name === "SIGXFSZ") return "fileMb";
    if (name === "SIGXCPU" || (name === "SIGKILL" && cpuMs >= this.#limits.cpuSeconds * 1000)) return "cpuSeconds";
    if (((await this.#owned.cgroup?.oomKills()) ?? 0) > 0) return "memoryMb";
    const [layer] = this.staged;
    const room = layer === undefined ? null : await statfs(layer.folder).catch(() => null);
    return room !== null && (room.bavail === 0 || room.ffree === 0) ? "writtenMb" : null;
  }

  #counted(stream: Readable | null): Readable | null {
    if (stream === null) return null;
    const count = (bytes: number) => {
      this.#outputBytes += bytes;
      if (this.#outputBytes <= this.#limits.outputBytes) return true;
      this.#stopFor("outputBytes");
      return false;
    };
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (count(chunk.length)) done(null, chunk);
        else done();
      },
    });
    stream.once("error", () => counted.end());
    stream.once("close", () => counted.end());
    return stream.pipe(counted);
  }

  #stopFor(limit: keyof SandboxLimits): void {
    this.#limit ??= limit;
    void this.kill();
  }

  /** The reason in words: what seal said, or what the launcher wrote. */
  async #whyNot(line: string | undefined): Promise<string> {
    if (line?.startsWith("error ")) return line.slice("error ".length);
    const said: Buffer[] = [];
    this.stderr?.on("data", (chunk: Buffer) => said.push(chunk));
    const failure = this.#failure.promise.catch((error: unknown) => messageOf(error));
    const { code } = await this.exited;
    const told = await Promise.race([failure, new Promise<string>((resolve) => setTimeout(resolve, 20, ""))]);
    return told || Buffer.concat(said).toString("utf8").trim().split("\n").at(-1) || `The sandbox ended with ${code}`;
  }
}

async function* readLines(stream: Readable): AsyncGenerator<string> {
  let rest = "";
  try {
    for await (const chunk of stream) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } catch {
    // The other end is gone: that is an end like any other.
  }
}

/** The signal that a shell would read from this exit code. */
function signalName(code: number): string | null {
  const entry = Object.entries(constants.signals).find(([, number]) => number === code - 128);
  return entry?.[0] ?? null;
}

function killIfThere(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}
