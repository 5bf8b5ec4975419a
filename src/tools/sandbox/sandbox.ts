import type { Readable, Writable } from "node:stream";
import type { SandboxLimits, SandboxReport } from "../../shared/sandbox.ts";
import type { Grant } from "../../shared/tool.ts";

/** A program to run sealed. Paths are real paths. */
export interface SealedCommand {
  /** The program's absolute path as seen inside, and its arguments. */
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders and files seen read-only at their own paths, besides the system's libraries and programs. */
  readonly readOnly: readonly string[];
  /**
   * Granted folders, each at its own absolute path. `ro` is read-only. `rw` can be written by the program, but what it
   * writes stays in a layer above the folder, of `limits.writtenMb` for all of them: see `SealedProcess.staged`.
   */
  readonly grants: readonly Grant[];
  /**
   * Folders of the host that the program really writes to, each at its own path: nothing is staged, and nothing limits
   * how much. For what belongs to this program alone. None may touch a grant or another one of these.
   */
  readonly writable?: readonly string[];
  /** Where it stands: a granted folder, or by default an empty private /tmp. */
  readonly cwd?: string;
  readonly limits: SandboxLimits;
  /** `inherit` passes the host's own stream through, uncounted; for the command line only. Default `pipe`. */
  readonly stdio?: "pipe" | "inherit";
}

export interface SealedExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The limit that ended it, as far as it can be known. */
  readonly limit: keyof SandboxLimits | null;
}

/** The layer above a granted folder, as the host may read it once the program has ended. */
export interface StagedLayer {
  readonly grant: Grant;
  /**
   * A folder that holds what was created or changed, by its path in the grant. A character device 0:0 stands for
   * something deleted; a folder with the extended attribute `user.overlay.opaque` = `y` replaces the one below. What
   * lies in it was written by untrusted code.
   */
  readonly folder: string;
  /**
   * The granted folder as the program saw it, with the layer on top. It tells which folders were replaced: Node cannot
   * read extended attributes. Without it nothing in a replaced folder counts as deleted.
   */
  readonly merged?: string;
}

/** A running sealed process. Its owner disposes of it, whatever happened. */
export interface SealedProcess {
  /** Null with `stdio: "inherit"`. */
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Never rejects. Everything inside is dead by then. */
  readonly exited: Promise<SealedExit>;
  /** Readable from `exited` until `dispose`. Empty without grants that can be written. */
  readonly staged: readonly StagedLayer[];
  /** Ends everything inside and resolves when it is dead. */
  kill(): Promise<void>;
  /** Kills what still runs and lets the layers go. */
  dispose(): Promise<void>;
}

/** The sandbox of this machine, at the level its probe found. */
export interface Sandbox {
  /** What the last probe found. */
  readonly report: SandboxReport;
  /**
   * Starts a program sealed.
   * @throws IndoorsError `sandbox.unavailable` at level D, or when a grant is `rw` and writes cannot be staged;
   * `tool.failed` when it could not be started.
   */
  start(command: SealedCommand): Promise<SealedProcess>;
  /** Tries the real profile again and replaces `report`. Never rejects: what fails makes the level lower. */
  probe(): Promise<SandboxReport>;
  /** Ends everything that still runs. */
  dispose(): Promise<void>;
}
