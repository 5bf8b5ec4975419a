import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** How the host is started: inside a namespace without a network, or as it is, with the reason. */
export type HostSeal =
  | {
      readonly sealed: true;
      readonly command: string;
      readonly args: readonly string[];
      /** Why it may open sockets all the same, and so reach programs that listen at a path; null when it may not. */
      readonly open: string | null;
    }
  | { readonly sealed: false; readonly reason: string };

/** What is here to seal it with. */
export interface SealPrograms {
  readonly bwrap: string | null;
  /** resources/sandbox/seal */
  readonly helper: string | null;
}

/** Runs bubblewrap with these arguments; null when it ends well, else what it said. */
type Attempt = (args: readonly string[]) => string | null;

/** The whole file system as it is, no network but an empty loopback, and an end with this process. */
const namespace = ["--dev-bind", "/", "/", "--unshare-user", "--unshare-net", "--die-with-parent", "--"];
/** A filter of system calls: no socket but what it is given, which is the IPC channel. */
const filter = (helper: string) => [helper, "host", "--pass", "3", "--"];

const places = ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap", "/run/current-system/sw/bin/bwrap"];

/**
 * Chooses by attempts, each with what the host would be started with: some kernels refuse bubblewrap; and the sandbox of
 * the tools, which is bubblewrap inside of this, must work under the filter if it works without.
 */
export function chooseSeal(platform: string, { bwrap, helper }: SealPrograms, attempt: Attempt): HostSeal {
  if (platform !== "linux") {
    return { sealed: false, reason: "this system cannot take the network away from a single program" };
  }
  if (bwrap === null) return { sealed: false, reason: "bubblewrap is not installed" };
  let open = "the sandbox helper is not built";
  if (helper !== null) {
    const args = [...namespace, ...filter(helper)];
    const filtered: HostSeal = { sealed: true, command: bwrap, args, open: null };
    const fault = attempt([...args, bwrap, ...namespace, helper, "probe-host"]);
    if (fault === null) return filtered;
    // Where no sandbox works inside another one, the filter takes nothing from the tools.
    const alone = attempt([...args, helper, "probe-host"]);
    if (alone === null && attempt([...namespace, bwrap, ...namespace, "/bin/true"]) !== null) return filtered;
    open = `the filter of its system calls does not work here: ${firstLine(alone ?? fault)}`;
  }
  const fault = attempt([...namespace, "/bin/true"]);
  if (fault === null) return { sealed: true, command: bwrap, args: namespace, open };
  return { sealed: false, reason: `bubblewrap is refused here: ${firstLine(fault)}` };
}

/**
 * Looks for the programs and tries them. It waits the few milliseconds that takes: there is no window yet, and later the
 * answer would stand in line behind Chromium's start. `helper`: where the sandbox helper should be.
 */
export function tryHostSeal(helper: string, platform: string = process.platform): HostSeal {
  const bwrap = places.find((place) => existsSync(place)) ?? null;
  return chooseSeal(platform, { bwrap, helper: existsSync(helper) ? helper : null }, (args) => {
    const { status, stdout, stderr, error } = spawnSync(bwrap ?? "", args, {
      timeout: 3000,
      env: {},
      encoding: "utf8",
    });
    return status === 0 ? null : stderr || stdout || (error?.message ?? "it ended with an error");
  });
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0]?.slice(0, 200) ?? "";
}
