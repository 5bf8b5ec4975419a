import { constants } from "node:os";
import type { SandboxCheck } from "../../shared/sandbox.ts";
import type { Launcher } from "./launcher.ts";

/** What was seen inside, and of it from outside. */
export interface Facts {
  /** By name: `done`, the number of an error, or what was read. */
  readonly seen: ReadonlyMap<string, string>;
  /** The names in the layer above the folder that could be written. */
  readonly staged: readonly string[];
  /** Whether the host's folders are as they were. */
  readonly untouched: boolean;
  /** The names of the environment that was given. */
  readonly given: readonly string[];
  /** The host's own namespaces, by kind. */
  readonly host: ReadonlyMap<string, string>;
}

/** What must not succeed, by the name `seal probe` gives it, in words. */
const forbidden: readonly (readonly [string, string])[] = [
  ["socket-tcp", "a TCP socket"],
  ["socket-tcp6", "a TCP socket, IPv6"],
  ["socket-udp", "a UDP socket"],
  ["socket-unix", "a unix socket"],
  ["socket-datagram-pair", "a pair of datagram sockets"],
  ["socket-netlink", "a netlink socket"],
  ["socket-vsock", "a vsock socket"],
  ["read-outside", "reading outside the grants"],
  ["passwords", "reading /etc/passwd"],
  ["write-outside", "writing outside the grants"],
  ["write-read-only", "writing a read-only grant"],
  ["open-file", "a file the host left open"],
  ["link", "making a symbolic link"],
  ["pipe", "making a named pipe"],
  ["keyring", "the kernel's keyring"],
  ["io-uring", "io_uring"],
  ["trace", "tracing processes"],
  ["user-namespace", "a new user namespace"],
];
const ofTheHost: readonly (readonly [string, string])[] = [
  ["signal-host", "a signal to the host"],
  ["environment-of-host", "the host's environment"],
];

/** Turns what was seen into checks. What is missing has failed: silence is no evidence. */
export function judge(launcher: Launcher, facts: Facts): SandboxCheck[] {
  const { seen } = facts;
  return [
    ...forbidden.map(([fact, name]) => stopped(name, seen.get(fact))),
    ...ofTheHost.map(([fact, name]) =>
      seen.has(fact) ? stopped(name, seen.get(fact)) : check(name, "not-tried", "its number could be one inside"),
    ),
    works("reading a grant", seen.get("read-grant")),
    works("the private /tmp", seen.get("temporary")),
    works("the probe's own end", seen.get("end")),
    environment(facts, launcher.ownTemporary ? [] : ["TMPDIR"]),
    has("no new privileges", seen.get("status-NoNewPrivs:"), "1"),
    has("the filter of system calls", seen.get("status-Seccomp:"), "2"),
    ...["Prm", "Eff"].map((set) => noCapabilities(set, seen.get(`status-Cap${set}:`))),
    ...(launcher.name === "bubblewrap" ? [...facts.host].map(([kind, host]) => namespace(kind, host, seen)) : []),
    ...(launcher.staging ? [works("writing to a layer", seen.get("write-staged")), staging(facts)] : []),
    check("the host's folders", facts.untouched ? "stopped" : "escaped", facts.untouched ? "untouched" : "changed"),
  ];
}

function check(name: string, state: SandboxCheck["state"], detail: string): SandboxCheck {
  return { name, state, detail };
}

const unseen = "nothing was seen of it";

function stopped(name: string, result: string | undefined): SandboxCheck {
  if (result === undefined || !/^(?:done|[1-9]\d*)$/.test(result)) return check(name, "failed", unseen);
  return result === "done" ? check(name, "escaped", "it worked") : check(name, "stopped", errorName(Number(result)));
}

function works(name: string, result: string | undefined): SandboxCheck {
  if (result === "done") return check(name, "works", "");
  return check(name, "failed", result === undefined ? unseen : errorName(Number(result)));
}

function has(name: string, value: string | undefined, wanted: string): SandboxCheck {
  return check(name, value === wanted ? "works" : "failed", value === undefined ? unseen : value);
}

function noCapabilities(set: string, value: string | undefined): SandboxCheck {
  const name = `capabilities (Cap${set})`;
  if (value === undefined) return check(name, "failed", unseen);
  return /^0+$/.test(value) ? check(name, "stopped", "none") : check(name, "escaped", value);
}

function namespace(kind: string, host: string, seen: Facts["seen"]): SandboxCheck {
  const name = `a namespace of its own (${kind})`;
  const own = seen.get(`namespace-${kind}`);
  if (own === undefined || own === "" || host === "") return check(name, "failed", unseen);
  return own === host ? check(name, "escaped", "the host's") : check(name, "stopped", own);
}

function environment({ seen, given }: Facts, added: readonly string[]): SandboxCheck {
  const name = "the environment";
  const prefix = "environment-";
  const names = [...seen].filter(([, value]) => value === "set").map(([key]) => key.slice(prefix.length));
  if (!given.every((one) => names.includes(one))) return check(name, "failed", unseen);
  const more = names.filter((one) => !given.includes(one) && !added.includes(one));
  // bwrap tells where it stands.
  const foreign = more.filter((one) => one !== "PWD");
  return foreign.length === 0
    ? check(name, "stopped", "only what was given")
    : check(name, "escaped", foreign.join(", "));
}

function staging({ staged, untouched }: Facts): SandboxCheck {
  const isThere = untouched && staged.includes("indoors-probe");
  return check(
    "the layer is read by the host",
    isThere ? "works" : "failed",
    isThere ? "" : `there was: ${staged.join(", ")}`,
  );
}

function errorName(number: number): string {
  return Object.entries(constants.errno).find(([, value]) => value === number)?.[0] ?? `error ${number}`;
}
