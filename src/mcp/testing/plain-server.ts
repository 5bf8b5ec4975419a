import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { CallToolResultSchema, ListToolsResultSchema, type Tool } from "@modelcontextprotocol/sdk/types.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";

/** A server as it usually runs: a child process with the rights of whoever starts it, and the SDK's client. */
export interface PlainServer {
  readonly client: Client;
  readonly pid: number;
  /** The errors and notifications that came through. */
  readonly heard: { errors: number; notifications: number };
  tools(): Promise<Tool[]>;
  /** The text of what its tool `attempt` gives. Waits as long as it takes. */
  attempt(args?: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

export async function startPlainServer(file: string, env: Readonly<Record<string, string>> = {}): Promise<PlainServer> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [file],
    env,
    stderr: "ignore",
    maxBufferSize: 2 ** 30,
  });
  const client = new Client({ name: "plain", version: "0" }, { capabilities: {} });
  const heard = { errors: 0, notifications: 0 };
  Object.assign(client, {
    onerror: () => void heard.errors++,
    fallbackNotificationHandler: async () => void heard.notifications++,
  });
  await client.connect(transport);
  const timeout = 2 ** 31 - 1;
  return {
    client,
    pid: transport.pid ?? -1,
    heard,
    async tools() {
      return (await client.request({ method: "tools/list" }, ListToolsResultSchema, { timeout })).tools;
    },
    async attempt(args = {}) {
      const params = { name: "attempt", arguments: args };
      const { content } = await client.request({ method: "tools/call", params }, CallToolResultSchema, { timeout });
      return content.map((part) => (part.type === "text" ? part.text : part.type)).join("\n");
    },
    close: () => client.close(),
  };
}
