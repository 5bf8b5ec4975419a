import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { ConnectorEntry, Enrolment } from "../../../shared/perimeter.ts";
import { judgeAddress } from "../../gateway/address.ts";
import { loadIdentity } from "../../gateway/certificate.ts";
import { makeCode } from "../../gateway/enrolment-code.ts";
import {
  type ConnectorState,
  type Crossing,
  type Listener,
  type ListenerOptions,
  openListener,
} from "../../gateway/listener.ts";
import { allowedEnvironment, commandServer } from "../command-server.ts";
import type { ConnectorState as Enrolled } from "../connector-state.ts";
import { enrolConnector } from "../enrol-connector.ts";
import type { OpenLocal } from "../local-session.ts";
import { runConnector, type RunConnectorOptions } from "../run-connector.ts";

export const smallServerFile = fileURLToPath(new URL("small-server.ts", import.meta.url));
export const smallServer = (env = allowedEnvironment(process.env, [])): OpenLocal =>
  commandServer({ command: process.execPath, args: [smallServerFile], env, say: () => {} });

/** An appliance's listener on the loopback, with the lists that the host would keep, and connectors beside it. */
export async function openRig(limits: ListenerOptions["limits"] = {}) {
  const folder = await mkdtemp(join(tmpdir(), "indoors-tunnel-"));
  const identity = await loadIdentity(join(folder, "appliance"));
  const crossings: Crossing[] = [];
  const states: ConnectorState[] = [];
  let connectors: ConnectorEntry[] = [];
  let enrolments: Enrolment[] = [];
  let count = 0;
  const stops: (() => Promise<unknown>)[] = [];
  const open = (port: number): Promise<Listener> =>
    openListener({
      at: { address: "127.0.0.1", port },
      ...{ identity, connectors, enrolments, judge: judgeAddress },
      // As the host does: one use, written down at once, and then pushed.
      onEnrolled(name, certificate) {
        if (!enrolments.some((one) => one.name === name)) return Promise.reject(new Error("used meanwhile"));
        enrolments = enrolments.filter((one) => one.name !== name);
        connectors = [...connectors, { name, certificate, enrolledAt: new Date().toISOString(), revokedAt: null }];
        return Promise.resolve();
      },
      onConnector: (state) => states.push(state),
      onCrossed: (crossing) => crossings.push(crossing),
      limits: { refusalDelayMs: 10, ...limits },
    });
  let listener = await open(0);
  const { port } = listener;
  const push = () => listener.update({ connectors, enrolments });
  return {
    folder,
    identity,
    crossings,
    states,
    get listener() {
      return listener;
    },
    port,
    /** A code, as `connectors.enrol` gives it. */
    code(name: string, { expiresInMs = 60_000, at = port, fingerprint = identity.fingerprint } = {}) {
      const secret = randomBytes(20).toString("hex");
      enrolments = [...enrolments, { name, secret, expiresAt: new Date(Date.now() + expiresInMs).toISOString() }];
      push();
      return makeCode({ address: "127.0.0.1", port: at, fingerprint, secret });
    },
    enrol: (code: string, signal = new AbortController().signal) =>
      enrolConnector(code, join(folder, `connector-${count++}`), signal),
    /** The host does not know the code any more, and the listener does not know that yet. */
    forget: (name: string) => (enrolments = enrolments.filter((one) => one.name !== name)),
    revoke(name: string) {
      connectors = connectors.map((one) => (one.name === name ? { ...one, revokedAt: "2026-11-01T08:00:00Z" } : one));
      push();
    },
    /** Runs a connector until it ends or the rig does. */
    run(state: Enrolled, changes: Partial<RunConnectorOptions> = {}) {
      const said: string[] = [];
      const stop = new AbortController();
      const ended = runConnector({
        ...{ state, program: "1", openLocal: smallServer(), signal: stop.signal, waitMs: () => 20 },
        say: (line) => said.push(line),
        ...changes,
      });
      ended.catch(() => {});
      const end = () => {
        stop.abort();
        return ended;
      };
      stops.push(() => end().catch(() => {}));
      return { said, ended, stop: end };
    },
    /** Turns the listener off; and on again at the same port. */
    off: () => listener.dispose(),
    async on() {
      listener = await open(port);
    },
    client,
    async [Symbol.asyncDispose]() {
      await Promise.all(stops.map((stop) => stop()));
      await listener.dispose();
      await rm(folder, { recursive: true });
    },
  };

  /** An MCP client of a connector's server, when it is connected. */
  async function client(name = "records") {
    const mcp = new Client({ name: "rig", version: "1" });
    const errors: string[] = [];
    const closed = new Promise<void>((resolve) => {
      Object.assign(mcp, { onclose: resolve, onerror: (error: Error) => errors.push(error.message) });
    });
    await mcp.connect(listener.session(name));
    const call = async (tool: string, args: Record<string, unknown> = {}) => {
      const { content } = await mcp.callTool({ name: tool, arguments: args });
      return (content as { text: string }[])[0]?.text ?? "";
    };
    return { mcp, call, closed, errors };
  }
}

/** Passes TCP on to a port of the loopback, until it is frozen: then nothing passes, and nobody is told. */
export async function startRelay(port: number) {
  let frozen = false;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("error", () => {});
      from.on("data", (piece) => {
        if (!frozen) to.write(piece);
      });
      from.on("close", () => {
        if (!frozen) to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    freeze: () => (frozen = true),
    thaw: () => (frozen = false),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
