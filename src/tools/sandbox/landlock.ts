import type { SystemFolder } from "./system-folders.ts";
import type { Launcher } from "./launcher.ts";
import { runArguments } from "./seal-arguments.ts";

export interface LandlockOptions {
  readonly sealPath: string;
  readonly nodePath: string;
  readonly systemFolders: readonly SystemFolder[];
  /** Those of `settings` that are here. */
  readonly settings: readonly string[];
}

/** From this version on it keeps signals and abstract sockets inside. */
const leastLandlock = 6;
const devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/**
 * Level B: no namespaces, for machines that refuse them. Landlock and the filter of system calls stand alone; what can
 * be seen of other processes is their existence. Writes cannot be kept apart, so no grant can be written.
 */
export function landlockLauncher(options: LandlockOptions): Launcher {
  return {
    name: "landlock",
    level: "B",
    staging: false,
    ownTemporary: false,
    seal: (command, temporary) => ({
      file: options.sealPath,
      args: runArguments(command, {
        leastLandlock,
        readable: [
          ...["/usr", ...options.systemFolders.map(({ path }) => path), ...options.settings],
          ...[options.nodePath, options.sealPath, "/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat"],
          ...command.readOnly,
          ...command.grants.map(({ path }) => path),
        ],
        writable: [temporary, ...(command.writable ?? [])],
        devices,
        processesOf: "user",
      }),
      env: { TMPDIR: temporary, ...command.env },
      cwd: command.cwd ?? temporary,
    }),
  };
}
