import { homedir } from "node:os";
import { resolve } from "node:path";
import { findAppFiles } from "../host/app-files.ts";
import { showHidden } from "../shared/show-hidden.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

/** Only this command loads what can open a connection. */
const load = () => import("../host/run-connector.ts");

/** `indoors connector`: for the machine that has a private MCP server. Needs neither host nor data folder. */
export const connector: Command = {
  summary: "serve an MCP server of this machine to an appliance, by dialling it",
  usage:
    "connector enrol CODE [--state FOLDER]                                 redeem a code of the appliance, once\n" +
    "connector run [--state FOLDER] [--env NAME]… -- CMD ARGS…             serve a stdio server; --env passes a variable on\n" +
    "connector run [--state FOLDER] --url http://127.0.0.1:3000/mcp        serve a server on this machine's loopback\n" +
    "connector show [--state FOLDER] [--json]                              which appliance this machine is enrolled at",
  options: { state: { type: "string" }, url: { type: "string" }, env: { type: "string", multiple: true } },
  async run(context) {
    const [action, ...words] = context.positionals;
    const { defaultStateFolder } = await load();
    const folder = resolve(context.text("state") ?? defaultStateFolder(process.env, process.platform, homedir()));
    if (action === "enrol" && words.length > 0) return await enrol(words.join(" "), folder, context);
    if (action === "run") return await run(words, folder, context);
    if (action === "show" && words.length === 0) return await show(folder, context);
    throw new UsageError("Write `connector enrol CODE`, `connector run` or `connector show`.");
  },
};

async function enrol(code: string, folder: string, { terminal, signal }: CommandContext): Promise<number> {
  const { enrolConnector } = await load();
  const { name, address, port, appliance, identity } = await enrolConnector(code, folder, signal);
  terminal.print(`Enrolled as ${name} at ${address}, port ${port}. Now: indoors connector run …`);
  terminal.document({ name, address, port, appliance, certificate: identity.fingerprint, folder });
  return exitCodes.ok;
}

async function run(words: readonly string[], folder: string, context: CommandContext): Promise<number> {
  const { allowedEnvironment, commandServer, loopbackServer, readLoopbackUrl, readState, runConnector } = await load();
  const [command, ...args] = words;
  const url = context.text("url");
  if ((command === undefined) === (url === undefined)) {
    throw new UsageError("Say which server: --url ADDRESS, or a command after --. One of them.");
  }
  const say = (line: string) => context.terminal.say(showHidden(line));
  const env = allowedEnvironment(process.env, context.texts("env"));
  const openLocal =
    command === undefined
      ? loopbackServer(readLoopbackUrl(url ?? ""))
      : commandServer({ command, args, env, say: (line) => say(`server: ${line}`) });
  await runConnector({
    state: await readState(folder),
    program: findAppFiles().version,
    openLocal,
    say,
    signal: context.signal,
  });
  return exitCodes.ok;
}

async function show(folder: string, { terminal }: CommandContext): Promise<number> {
  const { readState } = await load();
  const { name, address, port, appliance, enrolledAt, identity } = await readState(folder);
  terminal.print(`Enrolled as ${name} at ${address}, port ${port}, on ${enrolledAt}.`);
  terminal.print(`  The appliance's certificate: ${appliance}`);
  terminal.print(`  This machine's certificate:  ${identity.fingerprint}`);
  terminal.document({ name, address, port, appliance, certificate: identity.fingerprint, enrolledAt, folder });
  return exitCodes.ok;
}
