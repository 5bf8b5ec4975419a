import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { type Channel, ChannelListeners } from "../shared/channel.ts";
import { type Client, connect, type Implementation, serve } from "../shared/contract.ts";
import { controlContract, controlPort, desktopContract, gatewayPort } from "../shared/desktop-contract.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { type MuxChannel, muxChannel } from "../shared/mux-channel.ts";
import { type MessagePeer, processChannel } from "../shared/process-channel.ts";
import type { HostState } from "../shared/shell-contract.ts";
import type { HostPlace } from "./host-place.ts";
import type { HostSeal } from "./host-seal.ts";
import { killGroup } from "./kill-group.ts";
import { logLines } from "./log-lines.ts";
import { beginning, supervise, type Supervision, type SupervisionEvent } from "./supervision.ts";

export interface HostProcessOptions {
  readonly place: HostPlace;
  readonly dataFolder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Asked for once, before the first start. */
  readonly seal: (helper: string) => HostSeal;
  /** What this side offers each life of the host: Chromium's decoders, and to start the gateway. */
  readonly desktop: (life: OfferedTo) => Implementation<typeof desktopContract>;
  readonly onLog: (line: string) => void;
  /** How long it may take to stop before it is killed. Default: five seconds. */
  readonly stopLimitMs?: number;
}

/** The life of the host that something is offered to. */
export interface OfferedTo {
  /** Sends progress of a decoding. */
  readonly tell: (path: string, share: number) => void;
  /** Where this life hears the gateway; it closes when the life ends. */
  readonly gatewayChannel: () => Channel;
}

/** One life of the host: from a start to its end. */
interface Life {
  readonly child: ChildProcess;
  readonly mux: MuxChannel;
  readonly control: Client<typeof controlContract>;
}

/**
 * Starts the host and keeps it alive. Every life has channels of its own: when it ends, all of them end, and new ones
 * lead to the next life. What a window sends meanwhile fails as `channel.closed`; nothing is sent twice.
 */
export class HostProcess {
  readonly #options: HostProcessOptions;
  readonly #listeners = new Set<(state: HostState) => void>();
  #supervision: Supervision = beginning;
  #told: HostState = { state: "starting" };
  #life: Life | undefined;
  #seal: HostSeal | undefined;
  #timer: NodeJS.Timeout | undefined;
  #nextPort = controlPort + 1;
  #whenStopped: (() => void)[] = [];

  constructor(options: HostProcessOptions) {
    this.#options = options;
  }

  get state(): HostState {
    return this.#told;
  }

  /** Told of each change. Returns the function that stops it. */
  onState(tell: (state: HostState) => void): () => void {
    this.#listeners.add(tell);
    return () => this.#listeners.delete(tell);
  }

  /** The process id of what was started, for the log: bubblewrap's, when the host is sealed. */
  get pid(): number | undefined {
    return this.#life?.child.pid;
  }

  /** Starts it for the first time. */
  start(): void {
    this.#seal ??= this.#options.seal(this.#options.place.sealPath);
    if (this.#supervision === beginning && this.#life === undefined) this.#spawn();
  }

  /** A channel to the host that nobody else has. It is closed already when there is no host now. */
  openPort(): Channel {
    return this.#life?.mux.port(this.#nextPort++) ?? closedChannel("the host is not running");
  }

  /** Calls the host beside the windows. @throws IndoorsError the host's, or `channel.closed` when there is none */
  control: Client<typeof controlContract>["call"] = (method, params, options) =>
    this.#life?.control.call(method, params, options) ?? Promise.reject(new IndoorsError("channel.closed"));

  /** Starts it again now: a failed one, a waiting one, or one that a person has had enough of. */
  restart(): void {
    this.#happened({ is: "restart" });
  }

  /** Lets it end: what it does is stored. After five seconds it is killed. */
  async stop(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.#whenStopped.push(resolve));
    this.#happened({ is: "stop" });
    const life = this.#life;
    if (life !== undefined) {
      life.control.call("stop", {}).catch(() => {});
      const late = setTimeout(() => {
        this.#options.onLog("the host did not stop in time and is killed");
        killGroup(life.child);
      }, this.#options.stopLimitMs ?? 5000);
      await stopped;
      clearTimeout(late);
    }
  }

  #happened(event: SupervisionEvent): void {
    const { state, action } = supervise(this.#supervision, event);
    const changed = state !== this.#supervision;
    this.#supervision = state;
    if (changed) this.#entered(state);
    if (action === "kill" && this.#life !== undefined) killGroup(this.#life.child);
    if (action === "start") this.#spawn();
  }

  #entered(state: Supervision): void {
    clearTimeout(this.#timer);
    if (state.phase === "waiting") this.#timer = setTimeout(() => this.#happened({ is: "due" }), state.inMs);
    if (state.phase === "stopped") for (const tell of this.#whenStopped.splice(0)) tell();
    const told = shown(state);
    if (told === null) return;
    this.#told = told;
    if (told.state !== "starting") this.#options.onLog(`host: ${JSON.stringify(told)}`);
    for (const tell of [...this.#listeners]) tell(told);
  }

  #spawn(): void {
    const { place, dataFolder, env, onLog } = this.#options;
    const missing = [place.nodePath, place.entry].find((path) => !existsSync(path));
    if (missing !== undefined) {
      const message = `The program is incomplete: ${missing} is missing. Install it again.`;
      this.#happened({ is: "failed", code: "file.unreadable", message });
      this.#happened({ is: "ended", at: performance.now(), reason: message });
      return;
    }
    const seal: HostSeal = this.#seal ?? { sealed: false, reason: "it was not tried" };
    const command = [place.nodePath, place.entry, "--data", dataFolder];
    const [program = "", ...args] = seal.sealed ? [seal.command, ...seal.args, ...command] : command;
    const open = seal.sealed ? seal.open : seal.reason;
    const child = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      serialization: "json",
      env: open === null ? { ...env } : { ...env, INDOORS_HOST_SEAL: open },
      // A group of its own: what ends the shell from a terminal does not reach it before it was asked to stop.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    const channel = processChannel(child as MessagePeer);
    const mux = muxChannel(channel);
    const port = mux.port(controlPort);
    const control = connect(port, controlContract, {
      onFault: (fault, where) => onLog(`${where}: ${messageOf(fault)}`),
    });
    const server = serve(
      port,
      desktopContract,
      this.#options.desktop({
        tell: (path, share) => server.emit("decode.progress", { path, share }),
        gatewayChannel: () => mux.port(gatewayPort),
      }),
      { onFault: (fault, where) => onLog(`${where}: ${(fault as Error)?.stack ?? String(fault)}`) },
    );
    control.on("ready", () => this.#happened({ is: "ready", at: performance.now() }));
    control.on("failed", ({ code, message }) => this.#happened({ is: "failed", code, message }));
    const words = logLines(child, "host", onLog);
    let over = false;
    const ended = (reason: string) => {
      if (over) return;
      over = true;
      channel.close();
      server.dispose();
      control.dispose();
      this.#life = undefined;
      this.#happened({ is: "ended", at: performance.now(), reason: words() === "" ? reason : `${reason}: ${words()}` });
    };
    child.on("error", (error) => ended(error.message));
    child.on("exit", (code, signal) => {
      const reason = signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
      // Its last words may still be in the pipe: they are read before the channel closes, which a grandchild could delay.
      channel.onClose(() => ended(reason));
      setTimeout(() => ended(reason), 500);
    });
    this.#life = { child, mux, control };
    const lacks = seal.sealed ? (open === null ? "a network and sockets" : "a network, but with sockets") : null;
    onLog(
      `host started, process ${child.pid}, ${lacks === null ? "with a network" : `without ${lacks}`}${open === null ? "" : `: ${open}`}`,
    );
  }
}

/** What the window is told of a state; null: nothing new. */
function shown(state: Supervision): HostState | null {
  switch (state.phase) {
    case "starting":
      return { state: "starting" };
    case "running":
      return { state: "running" };
    case "waiting":
      return { state: "restarting", attempt: state.attempt, inMs: state.inMs, reason: state.reason };
    case "failed":
      return { state: "failed", code: state.code, message: state.message };
    case "failing":
    case "stopping":
    case "stopped":
      return null;
  }
}

function closedChannel(reason: string): Channel {
  const listeners = new ChannelListeners();
  listeners.end(reason);
  return {
    send() {},
    onMessage: (receive) => listeners.onMessage(receive),
    onClose: (closed) => listeners.onClose(closed),
    close() {},
  };
}
