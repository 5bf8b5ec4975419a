import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Channel } from "../../../shared/channel.ts";
import { connect, type Params, serve } from "../../../shared/contract.ts";
import { gatewayContract, gatewayHostContract } from "../../../shared/gateway-contract.ts";
import { mcpContract } from "../../../shared/mcp-contract.ts";
import { memoryChannelPair } from "../../../shared/memory-channel.ts";
import { muxChannel } from "../../../shared/mux-channel.ts";
import { defaultBudget, type PerimeterServer } from "../../../shared/perimeter.ts";
import type { Lookup } from "../examine.ts";
import { openGateway } from "../gateway.ts";
import type { Crossing } from "../listener.ts";
import { openUsage } from "../usage.ts";
import type { TestMcpServer } from "./mcp-server.ts";

type Config = Params<typeof gatewayContract, "configure">;

/** An entry of the allow list for a server as it is. */
export function listed(
  server: Pick<TestMcpServer, "url" | "address" | "certificate">,
  changes: Partial<PerimeterServer> = {},
): PerimeterServer {
  const { url, address, certificate } = server;
  return {
    ...{ name: "records", url, address, certificate, credentialHeader: null, budget: defaultBudget },
    ...{ addedAt: "2026-11-01T08:00:00Z", addedBy: "ann" },
    ...changes,
  };
}

/** The host's end of a gateway: what it hears, and what it can ask. */
export function gatewayClient(channel: Channel) {
  const heard: unknown[] = [];
  const crossings: Crossing[] = [];
  channel.onMessage((value) => heard.push(value));
  const mux = muxChannel(channel);
  const client = connect(mux.port(0), gatewayContract);
  serve(mux.port(0), gatewayHostContract, { enrolled: () => ({}) });
  client.on("crossed", (crossing) => crossings.push(crossing));
  let ports = 0;
  return {
    client,
    crossings,
    /** Everything that the gateway has ever said, as text. */
    said: () => JSON.stringify(heard),
    configure: (servers: readonly PerimeterServer[], rest: Partial<Config> = {}) =>
      client.call("configure", { servers: [...servers], listener: null, connectors: [], enrolments: [], ...rest }),
    /** Opens a session as the host does. */
    async session(name = "records") {
      const port = ++ports;
      await client.call("session", { name, port });
      const session = connect(mux.port(port), mcpContract);
      const ended = new Promise<string>((resolve) => {
        session.on("ended", ({ reason }) => resolve(reason));
        mux.port(port).onClose(resolve);
      });
      const call = (tool: string, args: Record<string, unknown> = {}, timeoutMs = 20_000, signal?: AbortSignal) =>
        session.call("call", { callId: "1", tool, arguments: args, timeoutMs }, { signal });
      return {
        ended,
        call,
        open: () => session.call("open", { clientVersion: "1", elicitation: false, sampling: false }),
        tools: () => session.call("tools", {}),
        close: () => mux.port(port).close(),
        /** Opens it, lists the tools and calls one. */
        async all(tool = "echo", args: Record<string, unknown> = { text: "hello" }) {
          await this.open();
          await this.tools();
          return call(tool, args);
        },
      };
    },
  };
}

/** A gateway in this process, with a folder of its own that goes with it. */
export async function openTestGateway(options: { readonly lookup?: Lookup } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "indoors-gateway-"));
  const [here, there] = memoryChannelPair();
  const faults: unknown[] = [];
  const gateway = openGateway({
    channel: there,
    folder,
    usage: await openUsage(folder),
    onFault: (fault) => faults.push(fault),
    ...options,
  });
  return {
    ...gatewayClient(here),
    folder,
    faults,
    async [Symbol.asyncDispose]() {
      here.close();
      await gateway.dispose();
      await rm(folder, { recursive: true });
    },
  };
}
