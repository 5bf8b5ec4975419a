import type { Bridge } from "../../src/shared/bridge.ts";
import { type Client, connect, type Payload } from "../../src/shared/contract.ts";
import { hostContract } from "../../src/shared/host-contract.ts";
import { type HostState, shellContract } from "../../src/shared/shell-contract.ts";

export type HostClient = Client<typeof hostContract>;
export type ShellClient = Client<typeof shellContract>;
type HostEvents = typeof hostContract.events;

/** Everything outside this page: the host, which comes and goes, and the shell, which stays. */
export interface Connection {
  readonly shell: ShellClient;
  /** The host of now. After it died this is a new client; calls to the old one ended with `channel.closed`. */
  host(): HostClient;
  /** Counts the lives of the host: what was asked in an earlier one is asked again. */
  hostLife(): number;
  hostState(): HostState;
  /** Told when `hostLife` or `hostState` changed. Returns the function that stops it. */
  onHostState(listener: () => void): () => void;
  /** Listens to an event of the host in this life and all later ones. */
  onHost<E extends keyof HostEvents & string>(
    event: E,
    listener: (payload: Payload<typeof hostContract, E>) => void,
  ): () => void;
  pathOf(file: File): string;
}

/** Connects to both sides of the bridge, and to the host anew each time that it comes back. */
export function openConnection(bridge: Bridge, onFault: (fault: unknown, where: string) => void): Connection {
  const shell = connect(asChannel(bridge.shell), shellContract, { onFault });
  const stateListeners = new Set<() => void>();
  const hostListeners = new Map<string, Set<(payload: never) => void>>();
  let life = 0;
  let state: HostState = { state: "starting" };
  let wasDown = false;
  let host = openHost();

  function openHost(): HostClient {
    const client = connect(asChannel(bridge.host), hostContract, { onFault });
    for (const event of Object.keys(hostContract.events) as (keyof HostEvents)[]) {
      client.on(event, (payload) => {
        for (const listener of [...(hostListeners.get(event) ?? [])]) listener(payload as never);
      });
    }
    return client;
  }
  function changed(next: HostState): void {
    if (next.state === "running" && wasDown) {
      host.dispose();
      host = openHost();
      life += 1;
    }
    // After a death it says that it restarts, then that it is starting: only "running" ends it.
    if (next.state === "restarting" || next.state === "failed") wasDown = true;
    if (next.state === "running") wasDown = false;
    state = next;
    for (const listener of [...stateListeners]) listener();
  }
  shell.on("host.state", changed);
  // The page may have been loaded long after the host started.
  shell.call("shell.state", {}).then(
    (now) => changed(now.host),
    (error: unknown) => onFault(error, "shell.state"),
  );

  return {
    shell,
    host: () => host,
    hostLife: () => life,
    hostState: () => state,
    onHostState(listener) {
      stateListeners.add(listener);
      return () => stateListeners.delete(listener);
    },
    onHost(event, listener) {
      const heard = hostListeners.get(event) ?? new Set();
      hostListeners.set(event, heard);
      heard.add(listener as (payload: never) => void);
      return () => heard.delete(listener as (payload: never) => void);
    },
    pathOf: (file) => bridge.pathOf(file),
  };
}

/** The preload script owns the channels: this side never closes them. */
function asChannel(end: Bridge["host"]) {
  return {
    send: (value: unknown) => end.send(value),
    onMessage: (receive: (value: unknown) => void) => end.onMessage(receive),
    onClose: (closed: (reason: string) => void) => end.onClose(closed),
    close() {},
  };
}
