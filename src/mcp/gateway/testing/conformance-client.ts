/**
 * The client that the protocol's own suite looks at: our session, over HTTP. Usage: conformance-client.ts plain|pinned URL,
 * where `plain` is the SDK's transport as it is, and `pinned` the gateway's. It opens the server, lists what there is and
 * calls every tool once; forms are accepted as they come. Ends with 1 when anything fails.
 */
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { connect, serve } from "../../../shared/contract.ts";
import type { DescribedTool } from "../../../shared/mcp.ts";
import { mcpContract, mcpHostContract } from "../../../shared/mcp-contract.ts";
import { memoryChannelPair } from "../../../shared/memory-channel.ts";
import { defaultBudget } from "../../../shared/perimeter.ts";
import { type ServerTransport, serveSession } from "../../session/serve-session.ts";
import { HttpTransport } from "../http-transport.ts";
import { readTarget } from "../target.ts";

const [way, url] = process.argv.slice(2);
if (url === undefined || (way !== "plain" && way !== "pinned")) {
  throw new Error("usage: conformance-client.ts plain|pinned URL");
}

const transports: Readonly<Record<typeof way, () => ServerTransport>> = {
  plain: () => new StreamableHTTPClientTransport(new URL(url)),
  pinned: () => {
    const listed = { name: "conformance", url, address: "127.0.0.1", certificate: null, credentialHeader: null };
    const budget = { ...defaultBudget };
    return new HttpTransport({
      target: readTarget({ ...listed, budget, addedAt: "", addedBy: "" }),
      account: { budget, call: () => {}, bytes: () => {} },
      credential: async () => null,
      onCrossed: () => {},
      signal: new AbortController().signal,
    });
  },
};

/** One argument of each type, so that every tool can be called. */
function argumentsOf({ inputSchema }: DescribedTool): Record<string, unknown> {
  const properties = (inputSchema["properties"] ?? {}) as Record<string, { readonly type?: string }>;
  const some: Readonly<Record<string, unknown>> = { number: 5, integer: 5, boolean: true, array: [], object: {} };
  return Object.fromEntries(Object.entries(properties).map(([name, { type = "" }]) => [name, some[type] ?? "text"]));
}

const [host, there] = memoryChannelPair();
const session = serveSession(there, transports[way]);
const answers = serve(host, mcpHostContract, {
  elicit: () => ({ action: "accept" as const, values: {} }),
  sample: () => ({ text: "text", model: "none", stop: "end" as const }),
});
const client = connect(host, mcpContract);
const info = await client.call("open", { clientVersion: "0", elicitation: true, sampling: true });
const { tools } = await client.call("tools", {});
const results = [];
for (const tool of tools) {
  const call = { callId: tool.name, tool: tool.name, arguments: argumentsOf(tool), timeoutMs: 10_000 };
  results.push(await client.call("call", call));
}
const { resources } = await client.call("resources", {});
const { prompts } = await client.call("prompts", {});
process.stdout.write(`${JSON.stringify({ info, results, resources: resources.length, prompts: prompts.length })}\n`);
await session.dispose();
answers.dispose();
process.exit(results.some(({ isError }) => isError) ? 1 : 0);
