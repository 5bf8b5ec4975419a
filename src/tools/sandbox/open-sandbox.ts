import { existsSync } from "node:fs";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { IndoorsError } from "../../shared/errors.ts";
import type { SandboxReport } from "../../shared/sandbox.ts";
import { bubblewrapLauncher } from "./bubblewrap.ts";
import { openCgroups } from "./cgroups.ts";
import { landlockLauncher } from "./landlock.ts";
import type { Launcher } from "./launcher.ts";
import { probeSandbox } from "./probe.ts";
import type { Sandbox, SealedCommand } from "./sandbox.ts";
import { type HeldProcess, startSealed } from "./start-sealed.ts";
import { removeLeftovers } from "./temporary-folders.ts";
import { findSystemFolders, settings } from "./system-folders.ts";

export interface SandboxOptions {
  /** The helper that `indoors setup` builds: resources/sandbox/seal. */
  readonly sealPath: string;
  /** The Node 24 binary that sealed programs may use. */
  readonly nodePath: string;
  readonly onLog: (line: string) => void;
  /** A folder of cgroup v2 that is delegated to this user. By default one is looked for. */
  readonly cgroupParent?: string;
  /** Leaves launchers out, for tests of the weaker ones. */
  readonly launchers?: readonly Launcher["name"][];
}

/**
 * Finds the best sandbox of this machine and probes it. Never rejects because of the machine: what is missing makes the
 * level lower, and at level D `start` refuses.
 */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  await removeLeftovers();
  const cgroups = process.platform === "linux" ? await openCgroups(options.cgroupParent) : null;
  const running = new Set<Promise<HeldProcess>>();
  let launcher: Launcher | null = null;
  let report: SandboxReport;
  let probing: Promise<SandboxReport> | undefined;

  async function probe(): Promise<SandboxReport> {
    const { launchers, missing } = await findLaunchers(options);
    const found = await probeSandbox({ ...options, launchers, missing, cgroups });
    ({ launcher, report } = found);
    options.onLog(
      `sandbox: level ${report.level} (${report.launcher}), probe ${report.probeId}${report.missing.length > 0 ? `; ${report.missing.join(" ")}` : ""}`,
    );
    return report;
  }
  report = await probe();

  return {
    get report() {
      return report;
    },
    probe() {
      probing ??= probe().finally(() => {
        probing = undefined;
      });
      return probing;
    },
    async start(command: SealedCommand) {
      if (launcher === null) {
        throw new IndoorsError(
          "sandbox.unavailable",
          `Nothing can be run sealed on this machine, so it is not run. ${report.missing.join(" ")}`,
          { level: report.level },
        );
      }
      const starting = startSealed(command, { launcher, sealPath: options.sealPath, cgroups });
      running.add(starting);
      try {
        const started = await starting;
        void started.released.then(() => running.delete(starting));
        return started;
      } catch (error) {
        running.delete(starting);
        throw error;
      }
    },
    async dispose() {
      const ends = [...running].map(async (starting) => (await starting).dispose());
      // Those that could not be started have told whoever started them.
      await Promise.allSettled(ends);
    },
  };
}

/** The launchers whose programs are here, strongest first, and in words what would give a better one. */
async function findLaunchers(
  options: SandboxOptions,
): Promise<{ readonly launchers: readonly Launcher[]; readonly missing: readonly string[] }> {
  if (process.platform !== "linux") return { launchers: [], missing: [elsewhere[process.platform] ?? elsewhereAtAll] };
  if (!(await isProgram(options.sealPath))) {
    return {
      launchers: [],
      missing: [
        `The sandbox helper is not built: ${options.sealPath} is not there. Run indoors setup on this machine; it needs a C compiler once.`,
      ],
    };
  }
  const { sealPath, nodePath } = options;
  const systemFolders = findSystemFolders();
  const bwrapPath = await findBubblewrap();
  const wanted = (name: Launcher["name"]) => options.launchers?.includes(name) ?? true;
  const launchers: Launcher[] = [];
  const missing: string[] = [];
  if (bwrapPath === null) missing.push("bubblewrap is not installed. Install the package bubblewrap.");
  else if (wanted("bubblewrap")) {
    const bubblewrap = bubblewrapLauncher({ bwrapPath, sealPath, nodePath, systemFolders });
    // bwrap may be allowed user namespaces where nobody else is (Ubuntu's AppArmor): then all holds but the layer.
    launchers.push(bubblewrap, { ...bubblewrap, staging: false });
  }
  if (wanted("landlock"))
    launchers.push(
      landlockLauncher({ sealPath, nodePath, systemFolders, settings: settings.filter((path) => existsSync(path)) }),
    );
  return { launchers, missing };
}

const elsewhereAtAll = "There is no sandbox for this operating system yet.";
const elsewhere: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin:
    "The macOS sandbox profile of Indoors has never been tried on a real machine, so nothing is run with it. Use Linux for tools that need the sandbox.",
  win32:
    "Windows needs a helper that puts a process into a job object without network, and this version has none. Use Linux for tools that need the sandbox.",
};

/** /usr/bin first: where AppArmor guards user namespaces, that path alone has the permission. */
async function findBubblewrap(): Promise<string | null> {
  const folders = ["/usr/bin", ...(process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "")];
  for (const folder of folders) {
    const path = join(folder, "bwrap");
    if (await isProgram(path)) return path;
  }
  return null;
}

async function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
