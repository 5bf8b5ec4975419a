import { parseArgs } from "node:util";
import { defaultDataFolder } from "../host/data-folder.ts";
import { type Host, openHost } from "../host/host.ts";
import { connect } from "../shared/contract.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { hostContract } from "../shared/host-contract.ts";
import { memoryChannelPair } from "../shared/memory-channel.ts";
import { agents } from "./agents.ts";
import { ask } from "./ask.ts";
import { audit } from "./audit.ts";
import { bench } from "./bench.ts";
import { type Command, type CommandContext, type HostClient, UsageError } from "./command.ts";
import { connector } from "./connector.ts";
import { connectors } from "./connectors.ts";
import { doctor } from "./doctor.ts";
import { exitCodeFor, exitCodes } from "./exit-codes.ts";
import { jobs } from "./jobs.ts";
import { kiosk } from "./kiosk.ts";
import { mcp } from "./mcp.ts";
import { models } from "./models.ts";
import { perimeter } from "./perimeter.ts";
import { policy } from "./policy.ts";
import { sandbox } from "./sandbox.ts";
import { processTerminal } from "./terminal.ts";
import { tour } from "./tour.ts";
import { transcribe } from "./transcribe.ts";

const commands: Readonly<Record<string, Command>> = {
  doctor,
  models,
  transcribe,
  ask,
  agents,
  mcp,
  policy,
  jobs,
  tour,
  audit,
  sandbox,
  bench,
  kiosk,
  perimeter,
  connectors,
  connector,
};

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  // The first word that is neither an option nor the value of the one global option that has one.
  const name = words.find((word, index) => !word.startsWith("-") && words[index - 1] !== "--data");
  if (name === undefined || name === "help") {
    process.stdout.write(help());
    return name === undefined && !words.includes("--help") && !words.includes("-h") ? exitCodes.usage : exitCodes.ok;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    process.stderr.write(`indoors has no command '${name}'.\n\n${help()}`);
    return exitCodes.usage;
  }
  // What stands after -- belongs to the command that is run in the sandbox.
  const own = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  if (own.includes("--help") || own.includes("-h")) {
    process.stdout.write(usageOf(command));
    return exitCodes.ok;
  }
  return await runCommand(command, words.toSpliced(words.indexOf(name), 1));
}

async function runCommand(command: Command, words: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { ...command.options, data: { type: "string" }, json: { type: "boolean" } },
    });
  } catch (error) {
    return usageError(command, messageOf(error));
  }
  const values = parsed.values as Record<string, string | boolean | string[] | undefined>;
  const terminal = processTerminal(values["json"] === true);
  const interrupt = new AbortController();
  const onInterrupt = () => {
    // The second one does not wait for anything: what is stored is safe at any moment.
    if (interrupt.signal.aborted) process.exit(exitCodes.cancelled);
    interrupt.abort(new IndoorsError("cancelled"));
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);

  const dataFolder = typeof values["data"] === "string" ? values["data"] : defaultDataFolder();
  let opened: Promise<{ host: Host; client: HostClient }> | undefined;
  const context: CommandContext = {
    positionals: parsed.positionals,
    text: (option) => (typeof values[option] === "string" ? values[option] : undefined),
    texts: (option) => (Array.isArray(values[option]) ? values[option] : []),
    flag: (option) => values[option] === true,
    terminal,
    signal: interrupt.signal,
    dataFolder,
    parts: async () => (await open()).host,
    host: async () => (await open()).client,
  };
  function open() {
    opened ??= openHost({ dataFolder, resume: "asked" }).then((host) => {
      const [here, there] = memoryChannelPair();
      host.serve(there);
      const client = connect(here, hostContract);
      client.on("notice", ({ text }) => terminal.say(text));
      return { host, client };
    });
    return opened;
  }
  try {
    return await command.run(context);
  } catch (error) {
    if (error instanceof UsageError) return usageError(command, error.message);
    terminal.progress(null);
    terminal.say(
      error instanceof IndoorsError ? error.message : `Something inside Indoors failed: ${messageOf(error)}`,
    );
    if (!(error instanceof IndoorsError) && process.env["INDOORS_DEBUG"]) console.error(error);
    return exitCodeFor(error);
  } finally {
    terminal.progress(null);
    await opened?.then(({ host }) => host.dispose()).catch(() => {});
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
  }
}

/** A line that is not indented begins another way to write the command. */
function usageOf({ usage }: Command): string {
  return `${usage.replaceAll(/^(?=\S)/gm, "indoors ")}\n`;
}

function usageError(command: Command, message: string): number {
  process.stderr.write(`${message}\n\n${usageOf(command)}`);
  return exitCodes.usage;
}

function help(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`);
  const codes =
    "0 done, 1 a fault inside, 2 written wrongly, 3 an input could not be used, 4 something is missing, 5 no answer, 6 the data folder, 130 interrupted";
  return [
    "indoors COMMAND … [--data FOLDER] [--json]",
    "",
    `  ${"setup".padEnd(12)} bring this machine what Indoors needs`,
    ...lines,
    "",
    "indoors COMMAND --help shows a command's options. --json prints one JSON document on stdout and nothing else.",
    `Exit codes: ${codes}.`,
    "",
  ].join("\n");
}
