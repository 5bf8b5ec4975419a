import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxLimits } from "../../shared/sandbox.ts";
import { isAlive } from "./is-alive.ts";

/** A control group of one sealed process: its limits hold for it and all it starts together. */
export interface Cgroup {
  /** What a process writes `0` to in order to join. */
  readonly joinFiles: readonly string[];
  /** How many processes the kernel ended here because the memory ran out. */
  oomKills(): Promise<number>;
  /** Gives it back. Everything in it has ended. */
  remove(): Promise<void>;
}

/** The place where control groups can be made. */
export interface Cgroups {
  create(limits: SandboxLimits): Promise<Cgroup>;
}

/** How one generation of the kernel's control groups names things. */
interface Generation {
  /** The folders in which each group gets a folder of its own. */
  readonly parents: readonly string[];
  readonly memory: string;
  readonly swap: string;
  readonly processes: string;
  readonly events: string;
  /** Whether `swap` limits memory and swap together. */
  readonly swapIsTotal: boolean;
}

/** Programs beside the one that is asked for: bwrap's two halves. */
const ownProcesses = 3;
const mountRoot = "/sys/fs/cgroup";
const probeLimits = { memoryMb: 64, writtenMb: 1, processes: 8 };

/**
 * Finds where this process may make control groups with limits on memory and processes, by making one and
 * joining it.
 * @param parent a folder of cgroup v2 to use, when the administrator delegated one
 * @returns null when there is no such place: then those limits hold for single processes only.
 */
export async function openCgroups(parent?: string): Promise<Cgroups | null> {
  for (const generation of await generations(parent)) {
    await sweep(generation);
    try {
      await tryJoining(await makeCgroup(generation, probeLimits));
      return { create: (limits) => makeCgroup(generation, limits) };
    } catch {
      // Not ours to use: the next one may be.
    }
  }
  return null;
}

/** A group can be made in places where no process may be moved to. Removes the group. */
async function tryJoining(cgroup: Cgroup): Promise<void> {
  const child = spawn("/bin/sleep", ["10"], { stdio: "ignore", env: {} });
  const ended = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
  try {
    for (const file of cgroup.joinFiles) await writeFile(file, String(child.pid), { flag: "r+" });
  } finally {
    child.kill("SIGKILL");
    await ended;
    await cgroup.remove();
  }
}

async function generations(parent: string | undefined): Promise<Generation[]> {
  const v2 = (folder: string): Generation => ({
    parents: [folder],
    memory: "memory.max",
    swap: "memory.swap.max",
    processes: "pids.max",
    events: "memory.events",
    swapIsTotal: false,
  });
  if (parent !== undefined) return [v2(parent)];
  const own = await ownGroups();
  const found: Generation[] = [];
  const unified = own.get("");
  // A group with processes in it has no groups with limits below it, so ours stand beside the host's own.
  if (unified !== undefined && unified !== "/") found.push(v2(join(mountRoot, dirname(unified))));
  if (unified !== undefined) found.push(v2(join(mountRoot, unified)));
  const [memory, pids] = [own.get("memory"), own.get("pids")];
  if (memory !== undefined && pids !== undefined) {
    found.push({
      parents: [join(mountRoot, "memory", memory), join(mountRoot, "pids", pids)],
      memory: "memory.limit_in_bytes",
      swap: "memory.memsw.limit_in_bytes",
      processes: "pids.max",
      events: "memory.oom_control",
      swapIsTotal: true,
    });
  }
  return found;
}

/** The groups of this process, by controller; "" is cgroup v2. */
async function ownGroups(): Promise<Map<string, string>> {
  const groups = new Map<string, string>();
  const text = await readFile("/proc/self/cgroup", "utf8").catch(() => "");
  for (const line of text.split("\n")) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line);
    for (const controller of match?.[1]?.split(",") ?? []) groups.set(controller, match?.[2] ?? "/");
  }
  return groups;
}

let made = 0;

async function makeCgroup(
  generation: Generation,
  limits: Pick<SandboxLimits, "memoryMb" | "writtenMb" | "processes">,
): Promise<Cgroup> {
  made++;
  const folders = generation.parents.map((parent) => join(parent, `indoors-${process.pid}-${made}`));
  const remove = async () => {
    for (const folder of folders) {
      // The kernel takes a moment to see that the last process is gone.
      for (let tries = 0; tries < 20 && !(await rmdir(folder).then(isDone, isGone)); tries++) await sleep(2);
    }
  };
  /** Writes to the one folder whose controller has this file. */
  const set = async (file: string, value: number) => {
    for (const folder of folders) {
      // Without O_CREAT: a folder without the controller has no such file, and would take none.
      if (await writeFile(join(folder, file), String(value), { flag: "r+" }).then(isDone, isNotDone)) return;
    }
    throw new Error(`no control group takes ${file}`);
  };
  try {
    for (const folder of folders) await mkdir(folder);
    // The layer and /tmp are memory as well, and have limits of their own.
    const bytes = (limits.memoryMb + 2 * limits.writtenMb) * 1024 * 1024;
    await set(generation.memory, bytes);
    // Kernels without swap do not have it.
    await set(generation.swap, generation.swapIsTotal ? bytes : 0).catch(() => {});
    await set(generation.processes, limits.processes + ownProcesses);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    joinFiles: folders.map((folder) => join(folder, "cgroup.procs")),
    async oomKills() {
      for (const folder of folders) {
        const text = await readFile(join(folder, generation.events), "utf8").catch(() => "");
        const match = /^oom_kill (\d+)$/m.exec(text);
        if (match !== null) return Number(match[1]);
      }
      return 0;
    },
    remove,
  };
}

/** Removes what hosts that were killed have left. A group with processes in it stays. */
async function sweep({ parents }: Generation): Promise<void> {
  for (const parent of parents) {
    for (const name of await readdir(parent).catch(() => [])) {
      const pid = /^indoors-(\d+)-\d+$/.exec(name)?.[1];
      if (pid !== undefined && !isAlive(Number(pid))) await rmdir(join(parent, name)).catch(() => {});
    }
  }
}

const isDone = () => true;
const isNotDone = () => false;
const isGone = (error: NodeJS.ErrnoException) => error.code === "ENOENT";
