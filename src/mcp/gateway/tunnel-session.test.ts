import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { expect, test } from "vitest";
import { IndoorsError } from "../../shared/errors.ts";
import { defaultBudget } from "../../shared/perimeter.ts";
import type { Crossing } from "./listener.ts";
import { TunnelSession } from "./tunnel-session.ts";

async function connected(most: { calls: number; bytes: number }) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const server = new McpServer({ name: "far", version: "1" });
  server.registerTool("long", { description: "Says much." }, () => ({
    content: [{ type: "text", text: "x".repeat(5000) }],
  }));
  await server.connect(far);
  const crossings: Crossing[] = [];
  let [calls, bytes] = [0, 0];
  const refused = new IndoorsError("tool.limit", "Too much.", { limit: "a test's" });
  const session = new TunnelSession({
    ...{ name: "records", address: "10.0.0.7", certificate: "0".repeat(64), inner: near as Transport },
    account: {
      budget: defaultBudget,
      call() {
        if (++calls > most.calls) throw refused;
      },
      bytes(count) {
        if ((bytes += count) > most.bytes) throw refused;
      },
    },
    onCrossed: (crossing) => crossings.push(crossing),
  });
  const client = new Client({ name: "near", version: "1" });
  await client.connect(session as Parameters<typeof client.connect>[0]);
  return { client, crossings };
}

test("each call of a connector's server is told of, with its bytes", async () => {
  const { client, crossings } = await connected({ calls: 10, bytes: 100_000 });
  await client.callTool({ name: "long" });
  expect(crossings).toMatchObject([
    { what: "call", ok: true, detail: "initialize", server: "records", address: "10.0.0.7" },
    { what: "call", ok: true, detail: "tools/call" },
  ]);
  expect(crossings[1]!.bytesIn).toBeGreaterThan(5000);
  expect(crossings[1]!.bytesOut).toBeLessThan(500);
  await client.close();
});

test("over its calls it is refused, and nothing is sent", async () => {
  const { client, crossings } = await connected({ calls: 1, bytes: 100_000 });
  await expect(client.callTool({ name: "long" })).rejects.toMatchObject({ code: "tool.limit" });
  expect(crossings.at(-1)).toMatchObject({ what: "refused", ok: false, bytesOut: 0 });
});

test("over its bytes the session ends", async () => {
  const { client, crossings } = await connected({ calls: 10, bytes: 3000 });
  await expect(client.callTool({ name: "long" })).rejects.toThrow("Connection closed");
  expect(crossings.at(-1)).toMatchObject({ what: "refused", ok: false });
});
