import type { Grant } from "../../shared/tool.ts";
import { hostFiles, type SealedArguments } from "./launcher.ts";
import type { SealedCommand } from "./sandbox.ts";

export interface RunRights {
  /** Below this version of Landlock it refuses to start. */
  readonly leastLandlock: number;
  readonly readable: readonly string[];
  readonly writable: readonly string[];
  readonly devices: readonly string[];
  /** Who is counted against the limit on processes: all inside, or all of the user's on this machine besides. */
  readonly processesOf: "sandbox" | "user";
}

/** The words after `seal` for its inner half: rights and limits, then the program. */
export function runArguments({ file, args, limits }: SealedCommand, rights: RunRights): string[] {
  const each = (option: string, values: readonly string[]) => values.flatMap((value) => [option, value]);
  return [
    ...["run", "--gate", String(hostFiles.gate), "--abi", String(rights.leastLandlock)],
    ...["--cpu", String(limits.cpuSeconds), "--data", String(limits.memoryMb), "--fsize", String(limits.fileMb)],
    ...[rights.processesOf === "sandbox" ? "--nproc" : "--nproc-more", String(limits.processes)],
    ...each("--ro", rights.readable),
    ...each("--rw", rights.writable),
    ...each("--device", rights.devices),
    ...["--", file, ...args],
  ];
}

/** The words after `seal` for its outer half, which starts what a launcher has sealed. */
export function holdArguments(
  sealed: SealedArguments,
  options: {
    readonly passed: readonly number[];
    /** Files of control groups that the program joins. */
    readonly cgroups: readonly string[];
    /** Grants that get a layer, and its size for all of them. */
    readonly staged: readonly Grant[];
    readonly stagedMb: number;
  },
): string[] {
  return [
    ...["hold", "--control", String(hostFiles.control)],
    ...options.passed.flatMap((fd) => ["--pass", String(fd)]),
    ...options.cgroups.flatMap((file) => ["--cgroup", file]),
    ...(options.staged.length > 0 ? ["--stage", String(options.stagedMb)] : []),
    ...options.staged.flatMap(({ path }) => ["--grant", path]),
    ...["--", sealed.file, ...sealed.args],
  ];
}
