import type { SandboxLauncher, SandboxLevel } from "../../shared/sandbox.ts";
import type { SealedCommand } from "./sandbox.ts";

/** The files that tie a sealed program to the host, by their numbers in the child. */
export const hostFiles = {
  /** `seal hold` says here how it ended, and ends everything when the host closes it. */
  control: 3,
  /** `seal run` says `ready` here and waits for the word to go. */
  gate: 4,
  /** bwrap says here what its first process is called outside. */
  info: 5,
} as const;

/** A program and arguments that seal another program, for `seal hold` to start. */
export interface SealedArguments {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** One way to seal a program. A pure description: what is started is up to `start-sealed.ts`. */
export interface Launcher {
  readonly name: SandboxLauncher;
  /** What the level is when the probe finds everything as it should be. */
  readonly level: SandboxLevel;
  /** Whether writes to a grant can be kept in a layer above it. */
  readonly staging: boolean;
  /** Whether /tmp inside is private by itself; if not, `temporary` must be a folder of the host. */
  readonly ownTemporary: boolean;
  /** @param temporary a private folder that the program may write. */
  seal(command: SealedCommand, temporary: string): SealedArguments;
}
