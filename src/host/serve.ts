import { appendFileSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Channel } from "../shared/channel.ts";
import { connect, serve } from "../shared/contract.ts";
import { controlContract, controlPort, desktopContract, gatewayPort } from "../shared/desktop-contract.ts";
import { IndoorsError, toWireError } from "../shared/errors.ts";
import { muxChannel } from "../shared/mux-channel.ts";
import { processChannel } from "../shared/process-channel.ts";
import { controlMethods } from "./control-methods.ts";
import { defaultDataFolder } from "./data-folder.ts";
import { desktopDecoder } from "./desktop-decoder.ts";
import { findAppFiles } from "./app-files.ts";
import { type Host, openHost } from "./host.ts";
import { desktopGateway } from "./perimeter/gateway-place.ts";

/** A bug: the shell starts the process again. */
const exitFault = 70;
const exitUsage = 2;
/** So long work may take to stop. What is stored is safe at any moment. */
const disposeMs = 10_000;

// The process of the host under a desktop: `node serve.ts --data FOLDER`, forked with an IPC channel.
const { values } = parseArgs({ options: { data: { type: "string" } } });
const dataFolder = resolve(values.data ?? defaultDataFolder());

process.on("uncaughtException", crash);
process.on("unhandledRejection", crash);

if (process.send === undefined) {
  process.stderr.write(
    "The host talks to the desktop that starts it, and there is none. Start the app, or use indoors.\n",
  );
  process.exit(exitUsage);
}

const ipc = processChannel(process);
const mux = muxChannel(ipc);
const control = mux.port(controlPort);
const shell = connect(control, desktopContract, { onFault });
const opening = openHost({
  ...{ dataFolder, resume: "all", desktop: desktopDecoder(shell) },
  gateway: desktopGateway(shell, mux),
});
let ending: Promise<void> | undefined;

const controlServer = serve(
  control,
  controlContract,
  controlMethods(opening, async () => {
    await dispose();
    // After the answer.
    setImmediate(() => void leave(0));
  }),
  { onFault },
);
// What a gateway says that nobody asked for is no window.
mux.onPort((number, channel) => (number === gatewayPort ? channel.close() : serveWhenOpen(channel)));
ipc.onClose(() => void end());
process.on("SIGTERM", () => void end());
process.on("SIGINT", () => void end());

try {
  await opening;
  controlServer.emit("ready", { version: findAppFiles().version, dataFolder });
} catch (error) {
  if (!(error instanceof IndoorsError)) note(error);
  const { code, message } = toWireError(error);
  controlServer.emit("failed", { code, message });
  await leave(1);
}

/** A window may speak before the host is open: what it said is kept until then. */
function serveWhenOpen(channel: Channel): void {
  const said: unknown[] = [];
  const stop = channel.onMessage((value) => said.push(value));
  const open = (host: Host) => {
    stop();
    host.serve({
      ...channel,
      onMessage(receive) {
        const off = channel.onMessage(receive);
        for (const value of said.splice(0)) receive(value);
        return off;
      },
    });
  };
  opening.then(open, () => channel.close());
}

function dispose(): Promise<void> {
  ending ??= opening.then(
    (host) => host.dispose(),
    () => {},
  );
  return ending;
}

async function end(): Promise<void> {
  setTimeout(() => process.exit(exitFault), disposeMs).unref();
  await dispose();
  await leave(0);
}

/** Ends the process when what was sent has been written. */
async function leave(code: number): Promise<void> {
  if (process.connected) await new Promise<void>((sent) => process.send?.({}, () => sent()));
  process.exit(code);
}

function onFault(fault: unknown, where: string): void {
  note(`${where}: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}`);
}

function crash(fault: unknown): void {
  note(fault);
  process.exit(exitFault);
}

/** Into the local log, now: there may be no later. */
function note(fault: unknown): void {
  const line = `host process: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}\n`;
  process.stderr.write(line);
  try {
    mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
    appendFileSync(join(dataFolder, "indoors.log"), `${new Date().toISOString()} ${line}`, { mode: 0o600 });
  } catch {
    // The folder cannot be written: then it was said on stderr.
  }
}
