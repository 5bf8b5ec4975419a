import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Expected } from "./judge.ts";
import type { Side, World } from "./world.ts";

/** An attempt of the program `attempt`, one of many that share a start of the sandbox. */
export interface ReachRow extends Expected {
  /** The number in docs/threat-model.md; those beyond 29 begin with x. */
  readonly id: string;
  readonly what: string;
  /** The attempt's name and arguments. */
  words(world: World, side: Side): readonly string[];
  /** Why it proves nothing for this person. */
  beside?(world: World): string | undefined;
  /** What the host sees of it, beside what the attempt says itself. */
  seen?(world: World, side: Side): boolean;
}

const noSocket = /^socket(?:, 64 families)?: E(?:PERM|ACCES)$/;
const noPair = /^socketpair: E(?:PERM|ACCES)$/;
/** Not there at all, which is stronger than forbidden. */
const notThere = /^(?:open|link): E(?:NOENT|ACCES|XDEV)$/;
/** Refused by the filter on system calls. ENOSYS: the kernel is made to look older. */
const refused = (call: string) => new RegExp(`^(?:${call}: E(?:PERM|ACCES|NOSYS)|killed by SIGSYS)$`);
const noSuchProcess = /^(?:kill|ptrace|peek|process_vm_readv|pidfd_open|open): E(?:SRCH|NOENT|PERM|ACCES|NOSYS)$/;
/** An unprivileged user cannot do this anywhere; only root's control says something. */
const rootOnly = { when: /: E(?:PERM|ACCES)$/, reason: "the system itself refuses this user" };

const heard = (how: string) => (world: World, side: Side) =>
  world.bystander.reached.includes(`${how} ${world.token(side)}`);
const inWritable = (name: string) => (world: World, side: Side) => join(world.writable, `${name}-${side}`);
const onHost = (path: (world: World, side: Side) => string) => (world: World, side: Side) =>
  existsSync(path(world, side));
const outside = (world: World, side: Side) => join(world.home, `planted-${side}`);
const intoReadOnly = (world: World, side: Side) => join(world.readable, `planted-${side}`);
const lastLine = (path: string) => readFileSync(path, "utf8").trimEnd().split("\n").at(-1) ?? "";

export const reachRows: readonly ReachRow[] = [
  {
    id: "1",
    what: "TCP to a listener on the host",
    words: (world, side) => ["tcp", world.bystander.tcpPort, world.token(side)],
    seen: heard("tcp"),
    stoppedBy: noSocket,
  },
  {
    id: "2",
    what: "UDP datagram",
    words: (world, side) => ["udp", world.bystander.udpPort, world.token(side)],
    seen: heard("udp"),
    stoppedBy: noSocket,
  },
  {
    id: "3a",
    what: "abstract unix socket",
    words: (world, side) => ["unix", world.bystander.abstract, world.token(side)],
    seen: heard("abstract"),
    stoppedBy: noSocket,
  },
  {
    id: "3b",
    what: "abstract unix socket, datagram without socket()",
    words: (world, side) => ["unix-by-pair", `${world.bystander.abstract}-d`, world.token(side)],
    seen: heard("abstract-datagram"),
    stoppedBy: noPair,
  },
  {
    id: "4a",
    what: "unix socket outside the grant",
    words: (world, side) => ["unix", world.bystander.outside, world.token(side)],
    seen: heard("outside"),
    stoppedBy: noSocket,
  },
  {
    id: "4b",
    what: "unix socket outside the grant, datagram without socket()",
    words: (world, side) => ["unix-by-pair", `${world.bystander.outside}-d`, world.token(side)],
    seen: heard("outside-datagram"),
    stoppedBy: noPair,
  },
  {
    id: "5a",
    what: "unix socket inside the grant",
    words: (world, side) => ["unix", world.bystander.inside, world.token(side)],
    seen: heard("inside"),
    stoppedBy: noSocket,
  },
  {
    id: "5b",
    what: "unix socket inside the grant, datagram without socket()",
    words: (world, side) => ["unix-by-pair", `${world.bystander.inside}-d`, world.token(side)],
    seen: heard("inside-datagram"),
    stoppedBy: noPair,
  },
  { id: "6a", what: "netlink", words: () => ["netlink"], stoppedBy: noSocket },
  {
    id: "6b",
    what: "vsock",
    words: () => ["vsock"],
    stoppedBy: noSocket,
    noControl: [{ when: /EAFNOSUPPORT$/, reason: "this kernel has no vsock" }],
  },
  {
    id: "6c",
    what: "io_uring",
    words: () => ["io-uring"],
    stoppedBy: refused("io_uring_setup"),
    noControl: [{ when: /E(?:NOSYS|PERM)$/, reason: "switched off in this kernel" }],
  },
  { id: "6d", what: "the session's keyring", words: () => ["add-key"], stoppedBy: refused("add_key") },
  { id: "6e", what: "sockets of every family and type", words: () => ["any-socket"], stoppedBy: noSocket },
  {
    id: "7a",
    what: "read the home folder",
    words: (world) => ["read", world.secretFile, world.secret],
    stoppedBy: notThere,
  },
  {
    id: "7b",
    what: "read it by ..",
    words: (world) => ["read", `${world.readable}/../home/secret.txt`, world.secret],
    stoppedBy: notThere,
  },
  {
    id: "7c",
    what: "read it by a link in the grant",
    words: (world) => ["read", join(world.readable, "out"), world.secret],
    stoppedBy: notThere,
  },
  {
    id: "7d",
    what: "read it from the folder Indoors was started in",
    words: (world) => ["read", "secret.txt", world.secret],
    stoppedBy: notThere,
  },
  {
    id: "7e",
    what: "read it by the root of another process",
    words: (world) => ["read", `/proc/${world.bystander.pid}/root${world.secretFile}`, world.secret],
    stoppedBy: notThere,
  },
  {
    id: "8a",
    what: "/etc/passwd",
    words: () => ["read", "/etc/passwd", lastLine("/etc/passwd")],
    stoppedBy: /^open: E(?:NOENT|ACCES)$|without the host's content$/,
  },
  {
    id: "8b",
    what: "/etc/shadow",
    words: () => ["read", "/etc/shadow", "root:"],
    stoppedBy: notThere,
    noControl: [rootOnly],
  },
  {
    id: "9a",
    what: "write outside the grant",
    words: (world, side) => ["write", outside(world, side)],
    seen: onHost(outside),
    stoppedBy: notThere,
  },
  {
    id: "9b",
    what: "write to a read-only grant",
    words: (world, side) => ["write", intoReadOnly(world, side)],
    seen: onHost(intoReadOnly),
    stoppedBy: /^open: E(?:ROFS|ACCES)$/,
  },
  {
    id: "10",
    what: "a secret in the environment",
    words: (world) => ["environment", "INDOORS_ATTEMPT_SECRET", world.secret],
    stoppedBy: /is not in the environment$/,
  },
  {
    id: "11a",
    what: "the environment of a host process",
    words: (world) => ["read", `/proc/${world.bystander.pid}/environ`, world.secret],
    stoppedBy: notThere,
  },
  {
    id: "11b",
    what: "the environment of any process in sight, bwrap's too",
    words: (world) => ["processes", "environ", world.secret.slice(0, 9), world.secret.slice(9)],
    stoppedBy: /^not in the environ of/,
  },
  {
    id: "11c",
    what: "the arguments of host processes",
    words: (world) => ["processes", "cmdline", ...world.mark],
    stoppedBy: /^not in the cmdline of/,
  },
  {
    id: "12",
    what: "a file left open by the host",
    words: (world) => ["inherited", world.secret],
    stoppedBy: /^no file is inherited: EBADF$/,
  },
  {
    id: "13a",
    what: "ptrace a host process",
    words: ({ bystander, secret }) => ["ptrace", String(bystander.pid), bystander.address, secret],
    stoppedBy: noSuchProcess,
  },
  {
    id: "13b",
    what: "process_vm_readv",
    words: ({ bystander, secret }) => ["peek", String(bystander.pid), bystander.address, secret],
    stoppedBy: noSuchProcess,
  },
  {
    id: "13c",
    what: "/proc/PID/mem",
    words: ({ bystander, secret }) => ["memory-file", String(bystander.pid), bystander.address, secret],
    stoppedBy: noSuchProcess,
  },
  {
    id: "14a",
    what: "signal a host process",
    words: ({ bystander }) => ["signal", String(bystander.pid)],
    stoppedBy: noSuchProcess,
  },
  {
    id: "14b",
    what: "signal it by a handle",
    words: ({ bystander }) => ["signal-by-handle", String(bystander.pid)],
    stoppedBy: noSuchProcess,
  },
  {
    id: "15",
    what: "setuid-root program",
    words: ({ programs }) => ["set-user-id", programs.showEuid],
    beside: ({ person }) => (person.uid === 0 ? "root is root already: there is nothing to gain" : undefined),
    stoppedBy: /^ran, and the effective user is not root$/,
    noControl: [
      { when: /is not root$/, reason: "no setuid program of root: the tests do not run as root, or /tmp is nosuid" },
    ],
  },
  { id: "16a", what: "new user namespace: unshare", words: () => ["userns-unshare"], stoppedBy: refused("unshare") },
  { id: "16b", what: "new user namespace: clone", words: () => ["userns-clone"], stoppedBy: refused("clone") },
  { id: "16c", what: "new user namespace: clone3", words: () => ["userns-clone3"], stoppedBy: refused("clone3") },
  { id: "16d", what: "mount over the grant", words: (world) => ["mount", world.writable], stoppedBy: refused("mount") },
  { id: "16e", what: "mount by the newer calls", words: () => ["mount-by-handle"], stoppedBy: refused("fsopen") },
  {
    id: "16f",
    what: "mount a read-only file anew",
    words: (world) => ["remount", join(world.readable, "plain.txt")],
    stoppedBy: refused("mount"),
  },
  {
    id: "x1",
    what: "enter the mounts of a host process",
    words: ({ bystander }) => ["enter", String(bystander.pid)],
    stoppedBy: /^(?:open: ENOENT|setns: EPERM)$/,
    noControl: [rootOnly],
  },
  {
    id: "x2",
    what: "chroot",
    words: (world) => ["change-root", world.readable],
    stoppedBy: refused("chroot"),
    noControl: [rootOnly],
  },
  {
    id: "x3",
    what: "open a file by its handle",
    words: (world) => ["by-handle", world.bystander.handle, world.secret, world.readable],
    stoppedBy: refused("open_by_handle_at"),
    noControl: [rootOnly, { when: /that is no handle|EOPNOTSUPP$/, reason: "this file system has no handles" }],
  },
  {
    id: "x4",
    what: "hard link to a file outside",
    words: (world, side) => ["hard-link", world.secretFile, inWritable("linked")(world, side)],
    seen: onHost(inWritable("linked")),
    stoppedBy: notThere,
  },
  {
    id: "x5",
    what: "hard link from a read-only grant into one that can be written",
    words: (world, side) => ["hard-link", join(world.readable, "plain.txt"), inWritable("both")(world, side)],
    seen: onHost(inWritable("both")),
    stoppedBy: /^link: E(?:XDEV|ACCES|PERM)$/,
  },
  {
    id: "x6",
    what: "link out of the grant, for the host to follow",
    words: (world, side) => ["symbolic-link", world.secretFile, inWritable("link")(world, side)],
    stoppedBy: refused("symlink"),
  },
  {
    id: "x7",
    what: "pipe in the grant, for the host to hang on",
    words: (world, side) => ["fifo", inWritable("fifo")(world, side)],
    stoppedBy: refused("mkfifo"),
  },
  {
    id: "x8",
    what: "device node in the grant",
    words: (world, side) => ["device-node", inWritable("node")(world, side)],
    stoppedBy: refused("mknod"),
    noControl: [rootOnly],
  },
  { id: "x9", what: "devices", words: () => ["devices"], stoppedBy: /all harmless$/ },
  {
    id: "x10",
    what: "write the kernel's log",
    words: () => ["open-to-write", "/dev/kmsg"],
    stoppedBy: notThere,
    noControl: [rootOnly],
  },
  {
    id: "x11",
    what: "settings of the kernel",
    words: () => ["open-to-write", "/proc/sys/kernel/core_pattern"],
    stoppedBy: /^open: E(?:ROFS|ACCES|NOENT)$/,
    noControl: [rootOnly],
  },
  {
    id: "x12",
    what: "the kernel's emergency keys",
    words: () => ["open-to-write", "/proc/sysrq-trigger"],
    stoppedBy: /^open: E(?:ROFS|ACCES|NOENT)$/,
    noControl: [rootOnly, { when: /ENOENT$/, reason: "not in this kernel" }],
  },
  {
    id: "x13",
    what: "BPF",
    words: () => ["bpf"],
    stoppedBy: refused("bpf"),
    noControl: [rootOnly],
  },
  {
    id: "x14",
    what: "performance events",
    words: () => ["perf-event"],
    stoppedBy: refused("perf_event_open"),
    noControl: [rootOnly],
  },
  {
    id: "x15",
    what: "userfaultfd",
    words: () => ["userfaultfd"],
    stoppedBy: refused("userfaultfd"),
    noControl: [{ when: /ENOSYS$/, reason: "not in this kernel" }],
  },
  {
    id: "x16",
    what: "a socket by the 32-bit way in",
    words: () => ["other-architecture"],
    stoppedBy: /^killed by SIGSYS$|^int 0x80: E(?:NOSYS|PERM)$|^only on x86-64$/,
    noControl: [{ when: /SIGSEGV|^only on x86-64$/, reason: "this kernel has no 32-bit way in" }],
  },
  {
    id: "x17",
    what: "the x32 way in",
    words: () => ["x32"],
    stoppedBy: /^killed by SIGSYS$|^x32 getpid: E(?:NOSYS|PERM)$|^only on x86-64$/,
    noControl: [{ when: /ENOSYS$|^only on x86-64$/, reason: "this kernel has no x32 way in" }],
  },
  {
    id: "x18",
    what: "type into a terminal",
    words: () => ["type-into-terminal"],
    stoppedBy: /^(?:openpt|open|grantpt|TIOCSCTTY|TIOCSTI): E(?:PERM|ACCES|NOENT|NODEV)$/,
    noControl: [{ when: /TIOCSTI: EIO$/, reason: "switched off in this kernel" }],
  },
  {
    id: "x19",
    what: "core dump",
    words: (world) => ["core-dump", world.writable],
    stoppedBy: /^no core, the limit is 0$/,
    noControl: [{ when: /the limit is 0$/, reason: "the tests run with a limit of 0" }],
  },
  {
    id: "x20",
    what: "System V shared memory of a host process",
    words: ({ bystander, secret }) => ["shared-memory", bystander.sharedMemoryKey, secret],
    stoppedBy: /^shmget: E(?:NOENT|PERM|ACCES|NOSYS)$/,
  },
  {
    id: "x28",
    what: "open a file given on stdin again, to write it",
    words: () => ["open-to-write", "/proc/self/fd/0"],
    // ENXIO: what stands there is not the file but a pair of sockets, which cannot be opened.
    stoppedBy: /^open: E(?:ACCES|ROFS|NOENT|NXIO)$/,
  },
  {
    id: "x29",
    what: "lift the limits",
    words: () => ["lift-limits"],
    stoppedBy: /^setrlimit: EPERM$/,
    noControl: [{ when: /EPERM$/, reason: "the tests run with a limit on the size of files" }],
  },
];
