import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { type SandboxReport, sandboxReport } from "../../shared/sandbox.ts";
import { asPerson, type Person } from "./world.ts";

const commandLine = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));

/** Why the attempts cannot be made. */
export interface Missing {
  readonly why: string;
  /** It is the sandbox that does not hold, not the machine that has none. */
  readonly isFault: boolean;
}

/** Why this person's attempts cannot be made here, or null: they are written for the best level on Linux. */
export function whatIsMissing(person: Person): Missing | null {
  const fromMachine = (why: string): Missing => ({ why, isFault: false });
  if (process.platform !== "linux") return fromMachine("they are written for Linux");
  if (spawnSync("cc", ["--version"], { stdio: "ignore" }).status !== 0)
    return fromMachine("there is no C compiler (cc)");
  const report = probeAs(person);
  if (typeof report === "string") return { why: `the sandbox could not be probed: ${report}`, isFault: true };
  if (report.level === "A") return null;
  const isFault = report.checks.some(({ state }) => state === "escaped");
  return { why: `the sandbox here has level ${report.level}. ${report.missing.join(" ")}`, isFault };
}

/** What `indoors sandbox probe` finds for this person; what went wrong when it says nothing. */
function probeAs(person: Person): SandboxReport | string {
  const { stdout, stderr } = spawnSync(process.execPath, [commandLine, "sandbox", "probe", "--json"], {
    ...asPerson(person),
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "", HOME: tmpdir() },
    encoding: "utf8",
  });
  try {
    return sandboxReport.parse(JSON.parse(stdout));
  } catch {
    return stderr.trim() || "it printed no report";
  }
}
