import { byDepth } from "./granted-paths.ts";
import { hostFiles, type Launcher } from "./launcher.ts";
import type { SealedCommand } from "./sandbox.ts";
import { runArguments } from "./seal-arguments.ts";
import { settings, type SystemFolder } from "./system-folders.ts";

export interface BubblewrapOptions {
  readonly bwrapPath: string;
  readonly sealPath: string;
  readonly nodePath: string;
  readonly systemFolders: readonly SystemFolder[];
}

/** Where the helper and the runtime are seen inside. */
export const inside = "/run/indoors";
/** Where programs are looked for inside. */
export const searchPath = `${inside}:/usr/local/bin:/usr/bin:/bin`;

/**
 * Level A: namespaces of its own for everything, nothing mounted but what is listed here, and inside of that what
 * `seal run` gives up.
 */
export function bubblewrapLauncher(options: BubblewrapOptions): Launcher {
  return {
    name: "bubblewrap",
    level: "A",
    staging: true,
    ownTemporary: true,
    seal: (command) => ({
      file: options.bwrapPath,
      args: [...namespaces, ...mounts(options, command), ...environment(command), "--", ...innerSeal(command)],
      env: {},
      cwd: "/",
    }),
  };
}

// `--unshare-all` alone only tries the user namespace and goes on without it.
const namespaces = [
  ...["--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"],
  ...["--cap-drop", "ALL", "--hostname", "indoors", "--info-fd", String(hostFiles.info)],
];

function mounts({ sealPath, nodePath, systemFolders }: BubblewrapOptions, command: SealedCommand): string[] {
  const shown = [
    ...command.readOnly.map((path) => ({ path, option: "--ro-bind" })),
    ...command.grants.map(({ path, mode }) => ({ path, option: mode === "rw" ? "--bind" : "--ro-bind" })),
    ...(command.writable ?? []).map((path) => ({ path, option: "--bind" })),
  ];
  return [
    ...["--ro-bind", "/usr", "/usr"],
    ...systemFolders.flatMap(({ path, link }) =>
      link === null ? ["--ro-bind", path, path] : ["--symlink", link, path],
    ),
    ...settings.flatMap((path) => ["--ro-bind-try", path, path]),
    ...["--proc", "/proc", "--dev", "/dev"],
    ...["--size", String(command.limits.writtenMb * 1024 * 1024), "--tmpfs", "/tmp"],
    // A grant may lie in /tmp, or in a folder that is shown read-only.
    ...byDepth(shown).flatMap(({ path, option }) => [option, path, path]),
    ...["--ro-bind", sealPath, `${inside}/seal`, "--ro-bind", nodePath, `${inside}/node`],
    ...(command.readOnly.includes(nodePath) ? [] : ["--ro-bind", nodePath, nodePath]),
    // Memory that no limit counts: what holds the mount points, and the devices.
    ...["--remount-ro", "/dev", "--remount-ro", "/"],
    ...["--chdir", command.cwd ?? "/tmp"],
  ];
}

function environment({ env }: SealedCommand): string[] {
  return ["--clearenv", ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value])];
}

function innerSeal(command: SealedCommand): string[] {
  const granted = command.grants.filter(({ mode }) => mode === "rw").map(({ path }) => path);
  return [
    `${inside}/seal`,
    ...runArguments(command, {
      leastLandlock: 1,
      // Everything that is mounted may be read: the list of mounts is the list of what is granted.
      readable: ["/"],
      writable: ["/tmp", ...granted, ...(command.writable ?? [])],
      devices: ["/dev"],
      processesOf: "sandbox",
    }),
  ];
}
