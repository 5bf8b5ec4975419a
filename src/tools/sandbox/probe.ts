import { randomUUID } from "node:crypto";
import { mkdir, open, readdir, readlink, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import type { SandboxCheck, SandboxReport } from "../../shared/sandbox.ts";
import { inside } from "./bubblewrap.ts";
import type { Cgroups } from "./cgroups.ts";
import type { Launcher } from "./launcher.ts";
import { judge, type Facts } from "./probe-checks.ts";
import type { SealedCommand } from "./sandbox.ts";
import { startSealed } from "./start-sealed.ts";
import { makeTemporaryFolder } from "./temporary-folders.ts";
import { toolLimits } from "./tool-limits.ts";

export interface ProbeOptions {
  readonly launchers: readonly Launcher[];
  /** What is known to be missing before anything was tried. */
  readonly missing: readonly string[];
  readonly sealPath: string;
  readonly nodePath: string;
  readonly cgroups: Cgroups | null;
}

const limits = { ...toolLimits, wallMs: 20_000, cpuSeconds: 10, writtenMb: 4 };

/**
 * Tries the launchers in order, each with its real profile, and takes the first in which everything that must be stopped
 * was seen to be stopped and everything that must work was seen to work. What was not seen counts as failed.
 */
export async function probeSandbox(
  options: ProbeOptions,
): Promise<{ readonly launcher: Launcher | null; readonly report: SandboxReport }> {
  const missing = [...options.missing];
  let checks: readonly SandboxCheck[] = [];
  let found: Launcher | null = null;
  for (const launcher of options.launchers) {
    const tried = await tryLauncher(launcher, options);
    const faults = tried.filter(({ state }) => state === "escaped" || state === "failed");
    // The first one's checks are kept when none holds: they say why the best one does not.
    if (faults.length === 0 || checks.length === 0) checks = tried;
    if (faults.length === 0) {
      found = launcher;
      break;
    }
    const words = faults.map(({ name, detail }) => `${name} (${detail})`).join(", ");
    missing.push(`The sandbox with ${launcher.name} does not hold here: ${words}.`);
  }
  const runningAsRoot = process.getuid?.() === 0;
  if (runningAsRoot) missing.push("Indoors runs as root. Run it as an ordinary user.");
  if (found?.level === "A" && !found.staging) {
    missing.push(
      "Tools that write are off, because nothing can keep their writes apart from the folders. Allow user namespaces and overlay mounts for the sandbox helper.",
    );
  }
  if (found !== null && options.cgroups === null) {
    missing.push(
      "No control group can be made, so limits on memory and processes hold for each process alone. Start Indoors from a systemd user session, or delegate a group to this user.",
    );
  }
  return {
    launcher: found,
    report: {
      level: found?.level ?? "D",
      launcher: found?.name ?? "none",
      probeId: randomUUID(),
      probedAt: new Date().toISOString(),
      runningAsRoot,
      staging: found?.staging ?? false,
      cgroup: found !== null && options.cgroups !== null,
      checks: [...checks],
      missing,
    },
  };
}

async function tryLauncher(launcher: Launcher, options: ProbeOptions): Promise<SandboxCheck[]> {
  try {
    const [facts, node] = await Promise.all([gatherFacts(launcher, options), startsNode(launcher, options)]);
    return [...judge(launcher, facts), node];
  } catch (error) {
    const reason = error instanceof IndoorsError ? (error.data as { reason?: string } | undefined)?.reason : undefined;
    return [{ name: "start", state: "failed", detail: reason ?? messageOf(error) }];
  }
}

/** Runs `seal probe` in the real profile, between things it must not reach, and looks at what it left. */
async function gatherFacts(launcher: Launcher, options: ProbeOptions): Promise<Facts> {
  const folder = await makeTemporaryFolder();
  const [canary, outside, ro, rw] = ["canary", "outside", "ro", "rw"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ];
  for (const made of [outside, ro, rw]) await mkdir(made);
  for (const file of [canary, join(ro, "canary")]) await writeFile(file, "a canary");
  const planted = await open(canary);
  try {
    const grants: SealedCommand["grants"] = [
      { name: "ro", path: ro, mode: "ro" },
      ...(launcher.staging ? [{ name: "rw", path: rw, mode: "rw" as const }] : []),
    ];
    const env = { PATH: "/usr/bin" };
    // The numbers of processes that run inside are small; one as small as the host's could be its namesake.
    const names = launcher.name === "landlock" || process.pid > 1000;
    const output = await runSealed(
      {
        file: launcher.name === "bubblewrap" ? `${inside}/seal` : options.sealPath,
        args: [
          ...["probe", "--canary", canary, "--outside", outside, "--ro", ro, "--fd", String(plantedFile)],
          ...(launcher.staging ? ["--rw", rw] : []),
          ...(names ? ["--pid", String(process.pid)] : []),
        ],
        env,
        readOnly: [],
        grants,
        limits,
      },
      launcher,
      options,
      planted.fd,
    );
    const seen = readFacts(output.text);
    const untouched =
      (await readdir(rw)).length + (await readdir(outside)).length === 0 && (await readdir(ro)).length === 1;
    return { seen, staged: output.staged, untouched, given: Object.keys(env), host: await hostNamespaces() };
  } finally {
    await planted.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The number of a file of the host that is left open on purpose. */
const plantedFile = 6;

async function startsNode(launcher: Launcher, options: ProbeOptions): Promise<SandboxCheck> {
  const word = "ready";
  const command = {
    file: options.nodePath,
    args: ["--permission", "-p", JSON.stringify(word)],
    env: {},
    readOnly: [],
    grants: [],
    limits,
  };
  const output = await runSealed(command, launcher, options);
  const works = output.text.trim() === word;
  return {
    name: "Node starts",
    state: works ? "works" : "failed",
    detail: works ? "" : output.errors.trim().slice(-300),
  };
}

async function runSealed(command: SealedCommand, launcher: Launcher, options: ProbeOptions, planted?: number) {
  const { sealPath, cgroups } = options;
  const running = await startSealed(command, {
    launcher,
    sealPath,
    cgroups,
    ...(planted === undefined ? {} : { planted }),
  });
  try {
    const { stdout, stderr, staged, exited } = running;
    if (stdout === null || stderr === null) throw new Error("The output cannot be read");
    const [written, errors] = await Promise.all([text(stdout), text(stderr)]);
    await exited;
    const layer = staged[0];
    return { text: written, errors, staged: layer === undefined ? [] : await readdir(layer.folder).catch(() => []) };
  } finally {
    await running.dispose();
  }
}

async function hostNamespaces(): Promise<Map<string, string>> {
  const kinds = ["user", "mnt", "pid", "net", "ipc", "uts"];
  const links = await Promise.all(kinds.map((kind) => readlink(`/proc/self/ns/${kind}`).catch(() => "")));
  return new Map(kinds.map((kind, index) => [kind, links[index] ?? ""]));
}

/** What `seal probe` printed: a name and what was seen, one of each on a line. */
export function readFacts(printed: string): Map<string, string> {
  return new Map(printed.split("\n").map((line) => splitAtFirst(line)));
}

function splitAtFirst(line: string): readonly [string, string] {
  const at = line.search(/\s/);
  return at < 0 ? [line, ""] : [line.slice(0, at), line.slice(at).trim()];
}
