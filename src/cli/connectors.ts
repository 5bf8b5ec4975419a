import { setTimeout } from "node:timers/promises";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { ConnectorView } from "../shared/host-contract.ts";
import { exitCodes } from "./exit-codes.ts";

/** So long the answer to a code that was proved has to get to the other machine. */
const answerMs = 1000;

/** `indoors connectors`: machines that dial in, as this appliance sees them. Their own side is `indoors connector`. */
export const connectors: Command = {
  summary: "let machines dial in with their servers, and revoke them",
  usage:
    "connectors list\n" +
    "connectors listen ADDRESS:PORT | off     one private address of this machine\n" +
    "connectors enrol NAME [--no-wait]        a code of one use, for fifteen minutes; waits until it was used\n" +
    "connectors revoke NAME",
  options: { "no-wait": { type: "boolean" } },
  async run(context) {
    const [action, what, ...rest] = context.positionals;
    if (rest.length > 0) throw new UsageError("That is too much.");
    if (action === "list" && what === undefined) return await list(context);
    if (what !== undefined) {
      if (action === "listen") return await listen(what, context);
      if (action === "enrol") return await enrol(what, context);
      if (action === "revoke") return await revoke(what, context);
    }
    throw new UsageError("Write `connectors list`, `listen ADDRESS:PORT`, `enrol NAME` or `revoke NAME`.");
  },
};

async function list(context: CommandContext): Promise<number> {
  const { terminal } = context;
  const host = await context.host();
  const view = await host.call("perimeter.get", {}, context);
  const { fault, listener, connectors: all, enrolments } = view;
  if (fault !== null) terminal.print(fault);
  else if (listener === null) {
    terminal.print("Nothing listens: no machine can dial in. This machine's private addresses:");
    const { addresses } = await host.call("connectors.addresses", {}, context);
    for (const { address, allowed } of addresses) if (allowed) terminal.print(`  ${address}`);
  } else terminal.print(`Connectors dial in at ${placeOf(listener)}, while Indoors runs.`);
  for (const { name, certificate, enrolledAt, revokedAt, connected, address } of all) {
    const now = connected ? `connected from ${address}` : "not connected";
    const state = revokedAt === null ? now : `revoked on ${revokedAt.slice(0, 10)}`;
    terminal.print(`${name}  ${state}; enrolled on ${enrolledAt.slice(0, 10)}, certificate ${certificate}`);
  }
  for (const { name, expiresAt } of enrolments) terminal.print(`${name}  has a code until ${expiresAt}`);
  terminal.document(view);
  return fault === null ? exitCodes.ok : exitCodes.input;
}

async function listen(written: string, context: CommandContext): Promise<number> {
  const at = written === "off" ? null : readPlace(written);
  const view = await (await context.host()).call("connectors.listen", { at }, context);
  context.terminal.print(
    at === null
      ? "Nothing listens any more."
      : `Connectors can dial in at ${placeOf(at)} while Indoors runs. Certificate: ${view.fingerprint ?? "not made yet"}`,
  );
  context.terminal.document(view);
  return exitCodes.ok;
}

async function enrol(name: string, context: CommandContext): Promise<number> {
  const { terminal, signal } = context;
  const host = await context.host();
  // Listened to first: the other machine may be quick.
  const look = async () => {
    const view = await host.call("perimeter.get", {});
    return view.connectors.find((one) => one.name === name && one.revokedAt === null);
  };
  const enrolled = new Promise<ConnectorView>((resolve) => {
    host.on("list.changed", ({ what }) => {
      if (what !== "perimeter") return;
      void look().then((found) => found !== undefined && resolve(found), ignore);
    });
  });
  const code = await host.call("connectors.enrol", { name }, context);
  terminal.print(`On the machine with the server, until ${code.expiresAt}, once:`);
  terminal.print(`  ${code.command}`);
  if (context.flag("no-wait")) {
    terminal.print("It can be used while Indoors runs.");
    terminal.document(code);
    return exitCodes.ok;
  }
  terminal.say("Waiting for it. Ctrl+C ends the waiting; the code stays good while Indoors runs.");
  const connector = await untilOver(enrolled, code.expiresAt, signal);
  if (connector === null) throw new IndoorsError("timeout", `${name} was not enrolled: its code was not used in time.`);
  // The gateway, which ends with this, has yet to tell the other machine.
  await setTimeout(answerMs);
  terminal.print(`${name} is enrolled. Start it there: indoors connector run -- COMMAND`);
  terminal.document({ ...code, connector });
  return exitCodes.ok;
}

/** Null when the time is over first. */
async function untilOver<T>(work: Promise<T>, expiresAt: string, signal: AbortSignal): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<null>((resolve) => {
    timer = globalThis.setTimeout(() => resolve(null), Math.max(0, Date.parse(expiresAt) - Date.now()));
  });
  const stopped = new Promise<never>((_, reject) => {
    const stop = () => reject(new IndoorsError("cancelled"));
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, over, stopped]);
  } finally {
    clearTimeout(timer);
  }
}

async function revoke(name: string, context: CommandContext): Promise<number> {
  const view = await (await context.host()).call("connectors.revoke", { name }, context);
  context.terminal.print(`${name} cannot dial in any more.`);
  context.terminal.document(view);
  return exitCodes.ok;
}

/** `10.0.0.2:7443`, `[fd00::2]:7443` */
function readPlace(written: string): { address: string; port: number } {
  const [, bracketed, plain, digits = ""] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(written) ?? [];
  const address = bracketed ?? plain;
  const port = Number(digits);
  if (address === undefined || port < 1 || port > 65_535) {
    throw new UsageError(`'${written}' is no ADDRESS:PORT, such as 10.0.0.2:7443 or [fd00::2]:7443.`);
  }
  return { address, port };
}

function placeOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

function ignore(): void {}
