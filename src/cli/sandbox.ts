import { existsSync } from "node:fs";
import { findAppFiles } from "../host/app-files.ts";
import { readGrants, refuseOwnFolder } from "../host/grant-world.ts";
import { findImage } from "../host/images.ts";
import { execInSandbox } from "../host/sandbox-exec.ts";
import { probeSandboxOnce } from "../host/sandbox-probe.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

/** `indoors sandbox`: the sandbox that tools run in, for admins and for tests. Needs neither host nor data folder. */
export const sandbox: Command = {
  summary: "try the sandbox of the tools, or run a command in it",
  usage:
    "sandbox probe [--json]                                               what the sandbox here stops and lets work\n" +
    "sandbox exec [--image NAME] [--grant DIR[:rw]]… -- CMD ARGS…         run a command exactly as tools are run",
  options: { image: { type: "string" }, grant: { type: "string", multiple: true } },
  async run(context) {
    const [action, ...command] = context.positionals;
    switch (action) {
      case "probe":
        if (command.length > 0) throw new UsageError("'sandbox probe' takes no more words.");
        return await probe(context);
      case "exec":
        if (command.length === 0) throw new UsageError("Say what to run, after --.");
        return await exec(context, command);
      default:
        throw new UsageError(action === undefined ? "Say what to do." : `'sandbox ${action}' is not a command.`);
    }
  },
};

async function probe({ terminal }: CommandContext): Promise<number> {
  const report = await probeSandboxOnce(findAppFiles());
  printReport(report, terminal);
  terminal.document(report);
  return report.level === "D" ? exitCodes.missing : exitCodes.ok;
}

function printReport(report: SandboxReport, { print }: CommandContext["terminal"]): void {
  const marks = { stopped: "✓", works: "✓", escaped: "✗", failed: "✗", "not-tried": "·" };
  const words = {
    stopped: "is stopped",
    works: "works",
    escaped: "ESCAPED",
    failed: "FAILED",
    "not-tried": "not tried",
  };
  print(`Level ${report.level}, ${report.launcher}, probe ${report.probeId} at ${report.probedAt}`);
  print(`Writes are ${report.staging ? "kept apart until they are approved" : "not possible"}.`);
  print(`Limits on memory and processes hold for ${report.cgroup ? "all of a call together" : "each process alone"}.`);
  for (const { name, state, detail } of report.checks) {
    print(`  ${marks[state]} ${name}: ${words[state]}${detail === "" ? "" : ` (${detail})`}`);
  }
  for (const sentence of report.missing) print(sentence);
}

async function exec(context: CommandContext, command: readonly string[]): Promise<number> {
  const grants = await readGrants(context.texts("grant"));
  // Without a data folder there is nothing to keep from it.
  if (existsSync(context.dataFolder)) await refuseOwnFolder(grants, context.dataFolder);
  const name = context.text("image");
  return await execInSandbox({
    command,
    grants,
    image: name === undefined ? null : await findImage(context.dataFolder, name),
    files: findAppFiles(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    say: (sentence) => context.terminal.say(sentence),
    signal: context.signal,
  });
}
