import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { AddressExamination } from "../shared/gateway-contract.ts";
import type { PerimeterView } from "../shared/host-contract.ts";
import { showHidden } from "../shared/show-hidden.ts";
import { type Command, type CommandContext, type HostClient, UsageError } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { LineReader } from "./line-reader.ts";
import { readSecret } from "./read-secret.ts";
import { bytesInWords } from "./words.ts";

/** `indoors perimeter`: private HTTP servers that the gateway may reach, and nothing else. */
export const perimeter: Command = {
  summary: "list the private addresses that may be reached, and nothing else",
  usage:
    "perimeter list\n" +
    "perimeter add NAME URL [--address A] [--certificate SHA256] [--yes]\n" +
    "              [--credential-header NAME [--credential-file FILE|-]]   without a file the secret is asked for\n" +
    "perimeter test NAME        go all the way to its list of tools, and say each step\n" +
    "perimeter remove NAME",
  options: {
    address: { type: "string" },
    certificate: { type: "string" },
    "credential-header": { type: "string" },
    "credential-file": { type: "string" },
    yes: { type: "boolean" },
  },
  async run(context) {
    const [action, name, url, ...rest] = context.positionals;
    if (rest.length > 0) throw new UsageError("That is too much.");
    if (action === "list" && name === undefined) return await list(context);
    if (action === "add" && name !== undefined && url !== undefined) return await add(name, url, context);
    if (name !== undefined && url === undefined) {
      if (action === "test") return await test(name, context);
      if (action === "remove") return await remove(name, context);
    }
    throw new UsageError("Write `perimeter list`, `add NAME URL`, `test NAME` or `remove NAME`.");
  },
};

async function list(context: CommandContext): Promise<number> {
  const view = await (await context.host()).call("perimeter.get", {}, context);
  printServers(view, context);
  context.terminal.document(view);
  return view.fault === null ? exitCodes.ok : exitCodes.input;
}

/** Everything that is listed, or the sentence that nothing is. */
function printServers({ fault, servers, listener }: PerimeterView, { terminal }: CommandContext): void {
  if (fault !== null) return terminal.print(fault);
  if (servers.length === 0) {
    terminal.print(
      listener === null
        ? "Sealed: nothing is listed, and there is no gateway process."
        : "No private address is listed. Connectors may dial in: `indoors connectors list`.",
    );
  }
  for (const { name, url, address, certificate, hasCredential, budget, addedBy, addedAt } of servers) {
    terminal.print(`${name}  ${showHidden(url)} at ${address}`);
    terminal.print(`    certificate ${certificate ?? "none: plain http on this machine"}`);
    terminal.print(
      `    ${hasCredential ? "with a credential" : "without a credential"}, ${budget.callsPerHour} calls an hour, ` +
        `${bytesInWords(budget.bytesPerDay)} a day; listed by ${addedBy} on ${addedAt.slice(0, 10)}`,
    );
  }
}

async function add(name: string, url: string, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const header = context.text("credential-header") ?? null;
  if (header === null && context.text("credential-file") !== undefined) {
    throw new UsageError("--credential-file holds what goes into a header: name it with --credential-header.");
  }
  const host = await context.host();
  const seen = await host.call("perimeter.examine", { url }, context);
  printExamination(seen, context);
  if (seen.fault !== null) throw new IndoorsError("perimeter.refused", `${name} was not listed. ${seen.fault}`);
  const address = context.text("address") ?? seen.addresses.find(({ allowed }) => allowed)?.address ?? "";
  const certificate = seen.certificate?.fingerprint ?? null;
  await confirm(name, address, certificate, context);
  const credential = header === null ? null : { header, secret: await readCredential(header, context) };
  const view = await host.call("perimeter.add", { name, url, address, certificate, credential, budget: null }, context);
  terminal.print(`${name} is listed. Its tools can be used once they are reviewed: \`indoors mcp review ${name}\`.`);
  terminal.document(view);
  return exitCodes.ok;
}

function printExamination({ addresses, certificate, secure }: AddressExamination, { terminal }: CommandContext): void {
  for (const { address, allowed, reason } of addresses) {
    terminal.print(`${allowed ? "✓" : "✗"} ${address}: ${reason}`);
  }
  if (certificate !== null) {
    terminal.print(`Certificate of ${showHidden(certificate.subject)}, by ${showHidden(certificate.issuer)}`);
    terminal.print(`  valid to ${certificate.validTo}, SHA-256 ${certificate.fingerprint}`);
  } else if (!secure && addresses.length > 0) terminal.print("Plain http, on this machine.");
}

/** Somebody has compared the certificate: at the terminal now, or before, in which case they name it. */
async function confirm(name: string, address: string, shown: string | null, context: CommandContext): Promise<void> {
  const named = context.text("certificate")?.toLowerCase().replaceAll(":", "");
  if (named !== undefined) {
    if (named === shown) return;
    throw new IndoorsError(
      "perimeter.refused",
      `${name} was not listed: it shows ${shown === null ? "no certificate" : `the certificate ${shown}`}, and ${named} was expected.`,
    );
  }
  if (shown === null && context.flag("yes")) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    const what = shown === null ? "--yes" : "--certificate with the SHA-256 that the server's administrator knows";
    throw new IndoorsError("input.invalid", `${name} was not listed: nobody can be asked here. Give ${what}.`);
  }
  const question = shown === null ? "" : " Is the certificate the one that its administrator knows?";
  context.terminal.say(`List ${name} at ${address}?${question} [y] yes  [n] no (also with Enter)`);
  const reader = new LineReader();
  try {
    const answer = (await reader.next(context.signal))?.trim().toLowerCase() ?? "";
    if (!["y", "yes"].includes(answer)) throw new IndoorsError("cancelled", "Nothing was listed.");
  } finally {
    reader.close();
  }
}

/** From the terminal, a file or stdin. Never an argument: other users see those, and the shell keeps them. */
async function readCredential(header: string, context: CommandContext): Promise<string> {
  const file = context.text("credential-file");
  if (file === undefined) return await readSecret(`The whole value of ${header}: `, context.signal, "A credential");
  try {
    return (file === "-" ? await textOf(process.stdin) : await readFile(file, "utf8")).trim();
  } catch (error) {
    throw new IndoorsError("file.unreadable", `The credential cannot be read: ${file}. ${messageOf(error)}.`);
  }
}

async function test(name: string, context: CommandContext): Promise<number> {
  const { steps } = await (await context.host()).call("perimeter.test", { name }, context);
  for (const { what, ok, detail } of steps) context.terminal.print(`${ok ? "✓" : "✗"} ${what}: ${showHidden(detail)}`);
  context.terminal.document({ steps });
  return steps.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.input;
}

async function remove(name: string, context: CommandContext): Promise<number> {
  const host: HostClient = await context.host();
  const view = await host.call("perimeter.remove", { name }, context);
  context.terminal.print(`${name} is not listed any more.`);
  context.terminal.document(view);
  return exitCodes.ok;
}
