import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Channel } from "../shared/channel.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { type GatewayCommand, gatewayCommand } from "../shared/gateway-command.ts";
import type { MessagePeer } from "../shared/process-channel.ts";
import type { HostPlace } from "./host-place.ts";
import { killGroup } from "./kill-group.ts";
import { logLines } from "./log-lines.ts";
import { largestMessage, messageSize } from "./message-size.ts";

export interface GatewayProcessOptions {
  /** What to run; asked for at each start. */
  readonly command: () => GatewayCommand;
  readonly onLog: (line: string) => void;
  /** How long it may take to end by itself. Default: two seconds. */
  readonly stopLimitMs?: number;
}

/** Where the shell finds the gateway: it is started from this, and from nothing that the host says. */
export function gatewayCommandAt(
  place: HostPlace,
  { dataFolder, bwrapPath, platform }: { dataFolder: string; bwrapPath: string | null; platform: string },
): GatewayCommand {
  const perimeterFolder = join(dataFolder, "perimeter");
  mkdirSync(perimeterFolder, { recursive: true, mode: 0o700 });
  const root = realpathSync(dirname(dirname(dirname(place.entry))));
  return gatewayCommand({
    ...{ platform, bwrapPath, nodePath: realpathSync(place.nodePath), perimeterFolder: realpathSync(perimeterFolder) },
    entry: join(root, "dist", "mcp", "gateway", "main.js"),
    codeFolders: ["dist", "node_modules", "package.json"].map((name) => join(root, name)),
  });
}

/**
 * The gateway, started for a host that has no network to give it. Messages pass as they are: host and gateway validate.
 * There is one at a time, and it never outlives the host that asked for it.
 */
export class GatewayProcess {
  readonly #options: GatewayProcessOptions;
  #running: { readonly child: ChildProcess; readonly port: Channel; readonly gone: Promise<void> } | undefined;

  constructor(options: GatewayProcessOptions) {
    this.#options = options;
  }

  /** The process id of what was started; undefined when there is none. */
  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /** Starts it in place of an earlier one, and joins it with the port until either ends. @throws perimeter.unreachable */
  async start(port: Channel): Promise<void> {
    await this.stop();
    const { onLog } = this.#options;
    const { program, args, env, open } = this.#command();
    const child = spawn(program, [...args], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "json",
      // Windows programs do not start without it.
      env: process.platform === "win32" ? { ...env, SystemRoot: process.env["SystemRoot"] ?? "" } : { ...env },
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    const failed = new Promise<Error>((resolve) => child.once("error", resolve));
    const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const gone = (async () => {
      await Promise.race([exited, failed]);
      if (this.#running?.child === child) this.#running = undefined;
      port.close();
    })();
    this.#running = { child, port, gone };
    child.on("error", (error) => onLog(`gateway: ${error.message}`));
    child.on("exit", (code, signal) => onLog(`gateway ended (${signal ?? `code ${code}`})`));
    logLines(child, "gateway", onLog);
    relay(child, port, (fault) => {
      onLog(`the gateway is ended: ${fault}`);
      killGroup(child);
    });
    const error = await Promise.race([
      failed,
      new Promise<null>((resolve) => child.once("spawn", () => resolve(null))),
    ]);
    if (error !== null) throw notStarted(error.message);
    onLog(`gateway started, process ${child.pid}${open === null ? "" : `, which sees this user's files: ${open}`}`);
    port.onClose(() => void this.#end(child));
  }

  /** Ends it, if there is one. Afterwards nobody has a socket any more. */
  async stop(): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    void this.#end(running.child);
    await running.gone;
  }

  #command(): GatewayCommand {
    try {
      return this.#options.command();
    } catch (error) {
      throw notStarted(messageOf(error));
    }
  }

  async #end(child: ChildProcess): Promise<void> {
    // It ends when nobody is there any more, and keeps its counts; after that it is not asked.
    if (child.connected) child.disconnect();
    const late = setTimeout(() => killGroup(child), this.#options.stopLimitMs ?? 2000);
    if (this.#running?.child === child) await this.#running.gone;
    clearTimeout(late);
  }
}

/** Passes messages on, but none that is larger than a message may be: whoever sends one has lost its mind. */
function relay(child: ChildProcess, port: Channel, onFault: (fault: string) => void): void {
  const check = (value: unknown, from: string) => {
    const size = messageSize(value);
    if (size !== null && size <= largestMessage) return true;
    onFault(`a message of the ${from} is ${size === null ? "none" : "too large"}`);
    return false;
  };
  const peer = child as MessagePeer;
  port.onMessage((value) => {
    if (check(value, "host") && child.connected) peer.send?.(value, () => {});
  });
  child.on("message", (value) => {
    if (check(value, "gateway")) port.send(value);
  });
}

function notStarted(why: string): IndoorsError {
  return new IndoorsError("perimeter.unreachable", `The gateway does not start: ${why}. Install Indoors again.`);
}
