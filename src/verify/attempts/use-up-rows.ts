import type { SandboxLimits } from "../../shared/sandbox.ts";
import type { Expected } from "./judge.ts";
import type { Side, World } from "./world.ts";

/** An attempt that needs a start of the sandbox of its own, with limits small enough for a test. */
export interface UseUpRow extends Omit<Expected, "listed"> {
  readonly id: string;
  readonly what: string;
  words(world: World, side: Side): readonly string[];
  readonly limits?: Partial<SandboxLimits>;
  /** Whether it escaped is what the host sees afterwards: the attempt itself cannot know. */
  readonly hostDecides?: boolean;
  /** Why it is not stopped where the probe found no cgroup. */
  readonly withoutCgroup?: string;
}

export const useUpLimits: SandboxLimits = {
  wallMs: 20_000,
  cpuSeconds: 10,
  memoryMb: 256,
  processes: 64,
  fileMb: 32,
  writtenMb: 64,
  outputBytes: 1 << 20,
};

const withoutCgroup = "no cgroup here, and nothing else counts memory over processes, or shared pages";
const full = /^write after \d+ MiB: E(?:NOSPC|DQUOT|FBIG)$/;
const outOfMemory = /^mmap after \d+ MiB: ENOMEM$|^killed by SIGKILL$|^ended: memoryMb$/;

export const useUpRows: readonly UseUpRow[] = [
  {
    id: "17",
    what: "fork bomb: 3,000 processes",
    words: () => ["fork-bomb", "3000"],
    stoppedBy: /^fork after \d+: EAGAIN$|^ended: processes$/,
  },
  { id: "18a", what: "memory: 1.2 GiB", words: () => ["memory", "1200"], stoppedBy: outOfMemory },
  {
    id: "18b",
    what: "memory: 4 processes with 200 MiB each",
    words: () => ["memory-together", "200", "4"],
    stoppedBy: /^only \d of 4 processes|^killed by SIGKILL$|^ended: memoryMb$/,
    withoutCgroup,
  },
  {
    id: "18c",
    what: "memory: 600 MiB of shared pages",
    words: () => ["memory-shared", "600"],
    stoppedBy: outOfMemory,
    withoutCgroup,
  },
  {
    id: "18d",
    what: "memory: 600 MiB in files without a name",
    words: () => ["memory-files", "600"],
    stoppedBy: /^(?:memfd_create|write): E(?:PERM|ACCES|NOSYS|NOMEM)$|^killed by SIGKILL$|^ended: memoryMb$/,
    withoutCgroup,
  },
  {
    id: "19a",
    what: "one file of 512 MiB in the grant",
    words: (world, side) => ["big-file", `${world.writable}/big-${side}`, "512"],
    stoppedBy: full,
  },
  {
    id: "19b",
    what: "a file as long as 2 GiB, without content",
    words: (world, side) => ["sparse-file", `${world.writable}/sparse-${side}`, "2048"],
    stoppedBy: /^ftruncate: EFBIG$/,
  },
  {
    id: "20",
    what: "400 files of 1 MiB in the grant",
    words: (world, side) => ["many-files", world.writable, "400", `many-${side}-`],
    stoppedBy: full,
  },
  {
    id: "21a",
    what: "400 files of 1 MiB in /tmp",
    words: (world, side) => ["many-files", "/tmp", "400", `${world.token(side)}-`],
    stoppedBy: full,
  },
  {
    id: "21b",
    what: "100 files of 1 MiB in /dev/shm",
    words: (world, side) => ["many-files", "/dev/shm", "100", `${world.token(side)}-`],
    stoppedBy: /^write after \d+ MiB: E(?:NOSPC|ACCES|ROFS|NOENT|DQUOT)$/,
  },
  {
    id: "21c",
    what: "100 files of 1 MiB in /",
    words: (world, side) => ["many-files", "/", "100", `${world.token(side)}-`],
    stoppedBy: /^write after 0 MiB: E(?:ACCES|ROFS)$/,
    noControl: [{ when: /EACCES$/, reason: "the system itself refuses this user" }],
  },
  {
    id: "22a",
    what: "2.2 s of processor time where 1 s is allowed",
    words: () => ["spin", "2200"],
    limits: { cpuSeconds: 1 },
    stoppedBy: /^killed by SIG(?:XCPU|KILL)$|^ended: cpuSeconds$/,
  },
  {
    id: "22b",
    what: "2 s of time where 0.7 s is allowed",
    words: () => ["linger", "2000"],
    limits: { wallMs: 700 },
    stoppedBy: /^ended: wallMs$/,
  },
  {
    id: "23",
    what: "a daemon: forked twice, own session, deaf to signals",
    words: (world, side) => ["daemon", world.token(side)],
    hostDecides: true,
    stoppedBy: /^nothing of it is left$/,
  },
  {
    id: "26",
    what: "32 MiB of output where 1 MiB is allowed",
    words: () => ["flood", "32"],
    stoppedBy: /^ended: outputBytes$/,
  },
];
