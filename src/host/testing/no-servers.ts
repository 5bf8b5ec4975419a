import type { McpServers } from "../mcp/servers.ts";

/** No MCP servers, for tests of runs that need none. */
export const noServers: Pick<McpServers, "specs" | "call"> = {
  specs: () => [],
  call: () => Promise.reject(new Error("there is no server to call")),
};
